//! Which column goes where.

use domain::field::{FieldKind, FieldPath};
use domain::problem::{ErrorCode, Problem};
use domain::text;

use crate::error::Result;

/// Where the cells of a column go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// The merchant's id.
    Id,
    /// All telephone numbers.
    Phones,
    /// The whole week.
    Hours,
    /// All tags.
    Tags,
    /// One register.
    Register(FieldPath),
}

impl Target {
    /// A target by its name.
    fn named(name: &str) -> Result<Self> {
        Ok(match name {
            "merchant_id" => Self::Id,
            "phones" | "phone" => Self::Phones,
            "hours" => Self::Hours,
            "tags" => Self::Tags,
            path => {
                let field = FieldPath::new(path)?;
                if matches!(field.kind(), FieldKind::Unknown | FieldKind::Deleted | FieldKind::SetElement) {
                    let title = format!("{path} cannot be imported: use a profile's field or custom.NAME");
                    return Err(Problem::new(ErrorCode::BadField, title).about(path).into());
                }
                Self::Register(field)
            }
        })
    }

    /// The name in reports.
    pub fn name(&self) -> &str {
        match self {
            Self::Id => "code",
            Self::Phones => "phone",
            Self::Hours => "hours",
            Self::Tags => "tags",
            Self::Register(field) => field.as_str(),
        }
    }
}

const STANDARD: [(&str, &[&str]); 12] = [
    (
        "merchant_id",
        &[
            "merchant_id",
            "merchant id",
            "id",
            "code",
            "store code",
            "store id",
            "shop id",
            "编号",
            "商户编号",
            "门店编码",
            "门店编号",
            "店铺编号",
            "门店代码",
        ],
    ),
    (
        "name",
        &[
            "name",
            "store name",
            "shop name",
            "merchant name",
            "名称",
            "店名",
            "商户名称",
            "门店名称",
            "店铺名",
            "店铺名称",
        ],
    ),
    ("address", &["address", "store address", "地址", "门店地址", "店铺地址", "商户地址", "详细地址"]),
    (
        "phones",
        &[
            "phones",
            "phone",
            "tel",
            "telephone",
            "phone number",
            "电话",
            "联系电话",
            "联系方式",
            "电话号码",
            "手机",
            "座机",
        ],
    ),
    ("category", &["category", "cuisine", "类目", "经营类目", "品类", "分类", "类别"]),
    ("hours", &["hours", "opening hours", "business hours", "营业时间", "营业时段"]),
    ("region", &["region", "city", "区域", "地区", "城市"]),
    ("status", &["status", "状态", "营业状态"]),
    ("tags", &["tags", "标签"]),
    ("note", &["note", "notes", "remark", "remarks", "备注"]),
    ("branch", &["branch", "分店", "分店名"]),
    ("custom.uscc", &["uscc", "统一社会信用代码"]),
];

/// Where a column with this header goes by itself.
pub(super) fn standard(header: &str) -> Option<Target> {
    let key = text::key(header);
    if key.starts_with("custom.") || key.starts_with("hours.") {
        return Target::named(&key).ok();
    }
    let (name, _) = STANDARD.iter().find(|(_, headers)| headers.contains(&key.as_str()))?;
    Target::named(name).ok()
}

/// All columns with a target, in the order of the file.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// Column number, target.
    pub targets: Vec<(usize, Target)>,
    /// Headers that go nowhere.
    pub unmapped: Vec<String>,
}

impl Columns {
    /// By what was asked, else by the headers. Several columns of one register are joined.
    ///
    /// # Errors
    /// `bad_request` for a column that is not there, `bad_field` for a field that cannot be imported.
    pub fn find(headers: &[String], map: &[(String, String)]) -> Result<Self> {
        let mut asked: Vec<(usize, Target)> = Vec::new();
        for (register, column) in map {
            let wanted = text::key(column);
            let Some(n) = headers.iter().position(|header| text::key(header) == wanted) else {
                let title = format!("there is no column “{column}”; there are: {}", headers.join(", "));
                return Err(Problem::new(ErrorCode::BadRequest, title).about(register).into());
            };
            asked.push((n, Target::named(register)?));
        }
        let mut targets = Vec::new();
        let mut unmapped = Vec::new();
        for (n, header) in headers.iter().enumerate() {
            let mine: Vec<&(usize, Target)> = asked.iter().filter(|(column, _)| *column == n).collect();
            let by_itself = standard(header).filter(|target| {
                let single = !matches!(target, Target::Phones);
                let taken = targets.iter().any(|(_, other)| other == target);
                !(single && taken || asked.iter().any(|(_, other)| other == target))
            });
            match (mine.is_empty(), by_itself) {
                (true, Some(target)) => targets.push((n, target)),
                (true, None) if !header.is_empty() => unmapped.push(header.clone()),
                _ => {}
            }
        }
        targets.extend(asked);
        Ok(Self { targets, unmapped })
    }
}
