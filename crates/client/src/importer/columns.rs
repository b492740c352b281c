//! Which column goes where, and why.

use std::sync::LazyLock;

use domain::field::{FieldKind, FieldPath};
use domain::ipc::MappingReason;
use domain::problem::{ErrorCode, Problem};
use domain::schema::CustomField;
use domain::text;
use regex::Regex;

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
    /// When it opens, every day.
    Open,
    /// When it closes, every day.
    Close,
    /// All tags.
    Tags,
    /// Latitude, in degrees.
    Latitude,
    /// Longitude, in degrees.
    Longitude,
    /// Both, in one cell.
    Coordinates,
    /// The unified social credit code.
    CreditCode,
    /// The day on which it opened first.
    Opened,
    /// One register.
    Register(FieldPath),
}

impl Target {
    /// A target by its name.
    ///
    /// # Errors
    /// `bad_field` for a field that cannot be imported.
    pub fn named(name: &str) -> Result<Self> {
        Ok(match name {
            "merchant_id" | "code" => Self::Id,
            "phones" | "phone" => Self::Phones,
            "hours" => Self::Hours,
            "hours_open" => Self::Open,
            "hours_close" => Self::Close,
            "tags" => Self::Tags,
            "lat" => Self::Latitude,
            "lng" => Self::Longitude,
            "coords" => Self::Coordinates,
            "uscc" | "licence.credit_code" => Self::CreditCode,
            "opened" | "custom.opened" => Self::Opened,
            "location" => Self::Coordinates,
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
            Self::Open => "hours_open",
            Self::Close => "hours_close",
            Self::Tags => "tags",
            Self::Latitude => "lat",
            Self::Longitude => "lng",
            Self::Coordinates => "coords",
            Self::CreditCode => "uscc",
            Self::Opened => "opened",
            Self::Register(field) => field.as_str(),
        }
    }
}

/// One rule: headers that match go to the target. The first that matches counts.
struct Rule {
    target: &'static str,
    pattern: &'static str,
}

const fn rule(target: &'static str, pattern: &'static str) -> Rule {
    Rule { target, pattern }
}

/// Headers are compared in their key form: NFKC, small letters, one blank at most; of two lines `upper/lower`.
const RULES: [Rule; 23] = [
    rule(
        "merchant_id",
        r"^(merchant|store|shop|outlet)?[ _.-]?(id|code|no\.?|number)$|^((商户|商戶|门店|門店|店铺|店鋪|商家|店)?(编号|編號|编码|編碼|代码|代碼|id)|店号|店號)$",
    ),
    rule("branch", r"^(branch([ _-]?name)?|分店(名称|名稱|名)?)$"),
    rule(
        "name",
        r"^((merchant|store|shop|restaurant|outlet|business)[ _-]?)?name$|^((商户|商戶|门店|門店|店铺|店鋪|商家|餐厅|餐廳|店)(全)?(名称|名稱|名)|名称|名稱)$",
    ),
    rule(
        "address",
        r"^((store|shop|street|full|merchant)[ _-]?)?(address|addr\.?)$|^(商户|商戶|门店|門店|店铺|店鋪|商家|详细|詳細|经营|經營|营业|營業)?(地址|所在地|住址)$",
    ),
    rule(
        "hours_open",
        r"^(.*/)?(开门|開門|开始|開始|开始营业|营业开始)(时间|時間)?$|^(open(s|ing)?([ _-]?(at|time|from))|opens?|start[ _-]?time)$",
    ),
    rule(
        "hours_close",
        r"^(.*/)?(打烊|关门|關門|闭店|結束|结束|结束营业|营业结束)(时间|時間)?$|^(clos(e|es|ing)([ _-]?(at|time|until))|closes?|end[ _-]?time)$",
    ),
    rule(
        "hours",
        r"^(((opening|business|open|store|working|trading)[ _-]?)?(hours|times)|(营业|營業|开放|開放|服务|服務)(时间|時間|时段|時段))$",
    ),
    rule(
        "opened",
        r"^(opened|opened[ _-]?(on|at)|opening[ _-]?date|open[ _-]?date|(开业|開業|开店|開店|开张|開張|成立)(日期|时间|時間|日)?)$",
    ),
    rule(
        "phones",
        r"^(.*/)?((store|shop|contact|office|mobile|cell|land)?[ _-]?(tele)?phones?([ _-]?(no\.?|numbers?))?|tel\.?([ _-]?no\.?)?|telephones?|mobile|cell|landline|hotline|(联系|聯絡|聯繫|门店|門店|店铺|商户|订座|訂位|预订|客服|服务)?(电话|電話|手机|手機|座机|座機|热线|熱線|固话|固定电话)(号码|號碼|号)?|(联系|聯絡|聯繫)方式)[0-9]?$",
    ),
    rule(
        "category",
        r"^((store|shop|merchant|business)[ _-]?)?(category|categories|cuisine|type)$|^((经营|經營|商户|商戶|门店|門店|主营)?(类目|類目|品类|品類|分类|分類|类别|類別|类型|類型)|菜系|业态)$",
    ),
    rule(
        "coords",
        r"^(coordinates?|coords?|lat[ _,/-]?lng|lng[ _,/-]?lat|geo|location|坐标|座標|经纬度|經緯度|坐标\(经纬度\))$",
    ),
    rule("lat", r"^(.*/)?(lat(itude)?|纬度|緯度)(\(.*\))?$"),
    rule("lng", r"^(.*/)?(lng|lon|long|longitude|经度|經度)(\(.*\))?$"),
    rule(
        "uscc",
        r"^(uscc|usci|(unified )?(social )?credit code|(统一)?社会信用代码(证号)?|统一信用代码|信用代码|統一社會信用代碼)$",
    ),
    rule("region", r"^(region|city|district|area|(所属|所在)?(区域|區域|地区|地區|城市|市区))$"),
    rule("status", r"^(((store|shop|business)[ _-]?)?status|(营业|營業|门店|经营)?(状态|狀態))$"),
    rule("tags", r"^(tags?|labels?|标签|標籤)$"),
    rule("note", r"^(notes?|remarks?|comments?|备注|備註|说明|說明)$"),
    rule("licence.food", r"^(食品(经营|生产)?许可证(号|编号)?|食品经营许可证号码|food licen[cs]e( no\.?| number)?)$"),
    rule("region_code", r"^(行政)?区划(代)?码$|^(adcode|region[ _-]?code)$"),
    rule("settlement_cycle", r"^(结算(周期|方式)|settlement([ _-]?cycle)?)$"),
    rule("time_zone", r"^(时区|時區|time[ _-]?zone|tz)$"),
    rule("custom.legal_name", r"^(legal name|company( name)?|(公司|企业|单位)(名称|全称))$"),
];

static COMPILED: LazyLock<Vec<(Regex, &'static Rule)>> = LazyLock::new(|| {
    // A test holds that all of them compile.
    RULES.iter().filter_map(|rule| Some((Regex::new(rule.pattern).ok()?, rule))).collect()
});

/// The form in which headers are compared.
pub(super) fn header_key(header: &str) -> String {
    text::key(header).replace('\u{ff0f}', "/").trim_end_matches(['*', ':']).trim().to_owned()
}

/// Where a column with this header goes by itself, and by which rule.
fn by_rule(header: &str) -> Option<(Target, &'static str)> {
    let key = header_key(header);
    if key.is_empty() || key.len() > 120 {
        return None;
    }
    if header.starts_with("custom.") || header.starts_with("hours.") || header.starts_with("licence.") {
        // As it is, not in its key form: fields may differ in capital letters.
        return Some((Target::named(header).ok()?, "the name of a field"));
    }
    // Registers by their own names, as our export writes them.
    if let Some(field) = FieldPath::new(header).ok().filter(|field| field.kind() == FieldKind::Text)
        && !COMPILED.iter().any(|(regex, _)| regex.is_match(&key))
    {
        return Some((Target::Register(field), "the name of a field"));
    }
    let find = |key: &str| COMPILED.iter().find(|(regex, _)| regex.is_match(key)).map(|(_, rule)| *rule);
    let rule = match key.rsplit_once('/') {
        // Of two lines the lower one says more, where it says anything.
        Some((upper, lower)) => find(&key).or_else(|| find(lower)).or_else(|| find(upper).filter(|_| lower.is_empty())),
        None => find(&key),
    }?;
    Some((Target::named(rule.target).ok()?, rule.pattern))
}

/// The declared field that is called so, in either language.
fn by_name(header: &str, declared: &[CustomField]) -> Option<(Target, &'static str)> {
    let key = header_key(header);
    let is_called = |field: &&CustomField| {
        field.is_offered()
            && [&field.labels.zh, &field.labels.en].iter().any(|name| !name.is_empty() && header_key(name) == key)
    };
    declared.iter().find(is_called).map(|field| (Target::Register(field.path()), "the name of a declared field"))
}

/// Where a column with this header goes by itself.
pub(super) fn standard(header: &str) -> Option<Target> {
    by_rule(header).map(|(target, _)| target)
}

/// The columns that a report adds in front of a file's own.
pub(super) const REPORT_COLUMNS: [&str; 4] = ["import_row", "import_outcome", "import_problems", "import_warnings"];

/// A source's mapping: header → target, in the order of the file. A target of nothing: not imported.
pub(super) type Remembered = Vec<(String, Option<String>)>;

/// One column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub header: String,
    pub target: Option<Target>,
    pub reason: MappingReason,
}

/// All columns of a sheet.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub all: Vec<Column>,
    /// Column number, target; in the order in which cells are joined.
    pub targets: Vec<(usize, Target)>,
}

/// What is known about a source's columns before its file is opened.
#[derive(Clone, Debug, Default)]
pub(super) struct Wishes<'a> {
    /// `REGISTER=COLUMN` by hand; an empty register keeps the column out.
    pub by_hand: &'a [(String, String)],
    /// The version and the mapping of the last file.
    pub remembered: Option<(u32, &'a Remembered)>,
    /// Fields that administrators declared: known by their names.
    pub declared: &'a [CustomField],
}

impl Columns {
    /// By what was asked, else as remembered, else by rule. Several columns of one register are joined.
    ///
    /// # Errors
    /// `bad_request` for a column that is not there, `bad_field` for a field that cannot be imported.
    pub fn find(headers: &[String], wishes: &Wishes<'_>) -> Result<Self> {
        let mut asked: Vec<(usize, Option<Target>)> = Vec::new();
        for (register, column) in wishes.by_hand {
            let n = position(headers, column).ok_or_else(|| {
                let title = format!("there is no column “{column}”; there are: {}", headers.join(", "));
                Problem::new(ErrorCode::BadRequest, title).about(register)
            })?;
            asked.push((n, if register.is_empty() { None } else { Some(Target::named(register)?) }));
        }
        let mut columns = Self::default();
        let taken_by_hand = |target: &Target| asked.iter().any(|(_, other)| other.as_ref() == Some(target));
        for (n, header) in headers.iter().enumerate() {
            let (target, reason) = if let Some((_, target)) = asked.iter().find(|(column, _)| *column == n) {
                (target.clone(), MappingReason::ByHand)
            } else {
                let (target, reason) = unasked(header, wishes);
                let several = matches!(target, Some(Target::Phones | Target::Tags));
                let taken = target.as_ref().is_some_and(|target| {
                    taken_by_hand(target) || !several && columns.targets.iter().any(|(_, other)| other == target)
                });
                let joined = matches!(reason, MappingReason::Remembered { .. });
                if taken && !joined { (None, MappingReason::Taken) } else { (target, reason) }
            };
            if let Some(target) = target.clone().filter(|_| !matches!(reason, MappingReason::ByHand)) {
                columns.targets.push((n, target));
            }
            columns.all.push(Column { header: header.clone(), target, reason });
        }
        columns.targets.extend(asked.into_iter().filter_map(|(n, target)| Some((n, target?))));
        Ok(columns)
    }

    /// Headers that go nowhere.
    pub fn unmapped(&self) -> Vec<String> {
        let out = self.all.iter().filter(|column| column.target.is_none() && !column.header.is_empty());
        out.filter(|column| column.reason != MappingReason::OfReport).map(|column| column.header.clone()).collect()
    }

    /// For the next file of this source.
    pub fn to_remember(&self) -> Remembered {
        let named =
            self.all.iter().filter(|column| !column.header.is_empty() && column.reason != MappingReason::OfReport);
        named.map(|column| (column.header.clone(), column.target.as_ref().map(|t| t.name().to_owned()))).collect()
    }

    /// Did a person say where something goes?
    pub fn by_hand(&self) -> bool {
        self.all.iter().any(|column| column.reason == MappingReason::ByHand)
    }
}

fn position(headers: &[String], column: &str) -> Option<usize> {
    let wanted = header_key(column);
    headers.iter().position(|header| header_key(header) == wanted)
}

fn unasked(header: &str, wishes: &Wishes<'_>) -> (Option<Target>, MappingReason) {
    if REPORT_COLUMNS.contains(&header) {
        return (None, MappingReason::OfReport);
    }
    if let Some((version, remembered)) = wishes.remembered {
        let key = header_key(header);
        if let Some((_, name)) = remembered.iter().find(|(known, _)| header_key(known) == key) {
            let target = name.as_deref().and_then(|name| Target::named(name).ok());
            // What went nowhere because no rule knew it may be known to a newer rule.
            if target.is_some() {
                return (target, MappingReason::Remembered { version });
            }
        }
    }
    match by_name(header, wishes.declared).or_else(|| by_rule(header)) {
        Some((target, pattern)) => (Some(target), MappingReason::Rule { pattern: pattern.to_owned() }),
        None => (None, MappingReason::Unknown),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use domain::schema::{CustomKind, Words};

    use super::*;

    #[test]
    fn headers_of_all_kinds_find_their_field() {
        assert_eq!(COMPILED.len(), RULES.len(), "each expression compiles");
        let cases = [
            ("code", "门店编码 Store Code 商户编号 id 店號"),
            ("name", "商户名称 店铺名 Name 店名 門店名稱"),
            ("address", "地址 详细地址 门店地址 Address"),
            ("phone", "联系电话 联系方式 电话 Phone 联系方式/手机 联系方式/座机 電話 手机号码 Mobile 电话2"),
            ("hours", "营业时间 营业时段 營業時間 hours"),
            ("hours_open", "营业时间/开门 opens 开门时间"),
            ("hours_close", "营业时间/打烊 closes 打烊时间"),
            ("opened", "开业日期 opened 开业时间"),
            ("category", "经营类目 品类 分类 Category 類別"),
            ("uscc", "统一社会信用代码 uscc"),
            ("lat", "Latitude lat 纬度"),
            ("lng", "Longitude lng lon 经度"),
            ("note", "备注 Note remarks"),
        ];
        for (name, headers) in cases {
            for header in headers.split(' ') {
                let header = header.replace("StoreCode", "Store Code");
                let found = standard(&header).map(|target| target.name().to_owned());
                if header != "Store" && header != "Code" {
                    assert_eq!(found.as_deref(), Some(name), "{header}");
                }
            }
        }
        for header in ["座位", "店长", "", "价格", "address2 line", "电话费", "老板"] {
            assert_eq!(standard(header), None, "{header}");
        }
        assert_eq!(standard("Opening Hours").map(|t| t.name().to_owned()).as_deref(), Some("hours"));
        assert_eq!(standard(" Store Name ").map(|t| t.name().to_owned()).as_deref(), Some("name"));
    }

    #[test]
    fn by_hand_goes_before_memory_and_memory_before_rules() {
        let headers: Vec<String> = ["店名", "地址", "甲", "乙", "电话"].map(str::to_owned).to_vec();
        let by_hand = [("note".to_owned(), "甲".to_owned()), (String::new(), "电话".to_owned())];
        let remembered = vec![("乙".to_owned(), Some("region".to_owned()))];
        let wishes = Wishes { by_hand: &by_hand, remembered: Some((3, &remembered)), ..Wishes::default() };
        let columns = Columns::find(&headers, &wishes).unwrap();
        let names: Vec<Option<&str>> = columns.all.iter().map(|c| c.target.as_ref().map(Target::name)).collect();
        assert_eq!(names, [Some("name"), Some("address"), Some("note"), Some("region"), None]);
        assert_eq!(columns.all[3].reason, MappingReason::Remembered { version: 3 });
        assert_eq!(columns.unmapped(), ["电话"]);
        let nowhere = [("note".to_owned(), "丙".to_owned())];
        assert!(Columns::find(&headers, &Wishes { by_hand: &nowhere, ..Wishes::default() }).is_err());
    }
    #[test]
    fn a_declared_field_is_known_by_its_names() {
        let mut seats = CustomField::new("seats", Words::new("座位数", "Seats"), CustomKind::Integer);
        let headers: Vec<String> = ["店名", "座位数", " seats:"].map(str::to_owned).to_vec();
        let names = |declared: &[CustomField]| -> Vec<Option<String>> {
            let columns = Columns::find(&headers, &Wishes { declared, ..Wishes::default() }).unwrap();
            columns.all.iter().map(|column| column.target.as_ref().map(|target| target.name().to_owned())).collect()
        };
        let of = |names: [Option<&str>; 3]| names.map(|name| name.map(str::to_owned)).to_vec();
        assert_eq!(names(&[]), of([Some("name"), None, None]));
        assert_eq!(names(std::slice::from_ref(&seats)), of([Some("name"), Some("custom.seats"), None]), "once");
        seats.deprecated = Some(domain::schema::VERSION);
        assert_eq!(names(&[seats]), of([Some("name"), None, None]), "out of use");
    }
}
