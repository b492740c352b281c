//! What columns are called: the names by which a header is known.

use std::sync::LazyLock;

use domain::field::{FieldKind, FieldPath};
use domain::text;
use regex::Regex;

use super::columns::Target;
use super::datum;

/// One rule: headers that match go to the target. The first that matches counts.
struct Rule {
    target: &'static str,
    pattern: &'static str,
}

const fn rule(target: &'static str, pattern: &'static str) -> Rule {
    Rule { target, pattern }
}

/// The hours of one weekday.
macro_rules! day {
    ($field:literal, $numeral:literal, $english:literal) => {
        rule(
            $field,
            concat!(
                "^((周|週|星期|礼拜)",
                $numeral,
                "|",
                $english,
                r")([ _-]?((营业|營業)?(时间|時間|时段|時段)|((opening|business) )?hours))?$"
            ),
        )
    };
}

/// What a header puts in front to say whose it is: `网点地址`, `药店电话`.
macro_rules! store {
    () => {
        "(商户|商戶|门店|門店|店铺|店鋪|店面|商家|店家|餐厅|餐廳|餐馆|餐館|饭店|商店|商铺|商鋪|超市|药店|藥店|药房|藥局|酒店|宾馆|医院|醫院|诊所|診所|网点|網點|机构|機構|醫事機構|医疗机构|营业厅|店)"
    };
}

/// Headers are compared in their key form: NFKC, small letters, one blank at most; of two lines `upper/lower`.
const RULES: [Rule; 33] = [
    rule(
        "merchant_id",
        // Without the word “store” a number only counts the rows.
        r"^(merchant|store|shop|outlet|branch)[ _.-]?(no\.?|number|#)$|^(merchant|store|shop|outlet|branch|external)?[ _.-]?(id|code)$|^((商户|商戶|门店|門店|店铺|店鋪|商家|店)?(编号|編號|编码|編碼|代码|代碼|id)|(商户|商戶|门店|門店|店铺|店鋪|店)(号|號))$",
    ),
    rule("branch", r"^(branch([ _-]?name)?|分店(名称|名稱|名)?)$"),
    rule(
        "name",
        concat!(
            r"^((merchant|store|shop|restaurant|outlet|business)[ _-]?)?name$|^(",
            store!(),
            r"(全)?(名称|名稱|名)|名称|名稱|(门店|門店|店铺|店鋪|商户|商戶|商家|店)(全称|全稱)|字号|字號)$"
        ),
    ),
    rule(
        "address",
        concat!(
            r"^((store|shop|street|full|merchant|formatted|physical|business|site|premises|postal|mailing)[ _-]?)?(address|addr\.?)(([ _-]?line)?[ _-]?1)?$|^(",
            store!(),
            r"|分公司)?(详细|詳細|经营|經營|营业|營業|联系|聯絡|具体|通讯|通訊)?(地址|所在地|住址)1?$|^店址$|^(门店|門店|店铺|店鋪|具体|详细)位置$|^(经营|經營|营业|營業)(场所|場所)$"
        ),
    ),
    rule(
        "hours_open",
        r"^(.*/)?(开门|開門|开始|開始|开始营业|营业开始)(时间|時間)?$|^(open(s|ing)?([ _-]?(at|time|from))|opens?|start[ _-]?time)$",
    ),
    rule(
        "hours_close",
        r"^(.*/)?(打烊|关门|關門|关店|關店|闭店|閉店|結束|结束|结束营业|营业结束)(时间|時間)?$|^(clos(e|es|ing)([ _-]?(at|time|until))|closes?|end[ _-]?time)$",
    ),
    rule(
        "hours",
        concat!(
            r"^(((opening|business|open|store|working|trading|operating)[ _-]?)?(hours|times)|hours of (operation|business)|",
            store!(),
            r"?(营业|營業|经营|經營|开放|開放|服务|服務|工作|办公|辦公|看診|看诊|门诊|門診)(时间|時間|时段|時段|时间段|時間段|时刻|時刻))$"
        ),
    ),
    rule(
        "opened",
        r"^(opened|opened[ _-]?(on|at)|opening[ _-]?date|open[ _-]?date|(开业|開業|开店|開店|开张|開張|成立)(日期|时间|時間|日)?)$",
    ),
    rule(
        "phones",
        concat!(
            r"^(.*/)?(((store|shop|contact|office|mobile|cell|land|formatted|international)[ _-]?)?(tele)?phones?([ _-]?(no\.?|numbers?|#))?|tel\.?([ _-]?(no\.?|#))?|telephones?|(contact|mobile|cell|telephone)[ _-]?(no\.?|numbers?)|mobile|cell|landline|hotline|",
            store!(),
            r"?(联系人?|聯絡人?|聯繫人?|連絡|营业|營業|咨询|諮詢|预定|預定|預訂|店长|店長|负责人|負責人|订座|訂位|订餐|訂餐|预订|外卖|外賣|客服|服务|备用|備用|其他|其它)?(电话|電話|手机|手機|手提電話|手提电话|座机|座機|热线|熱線|固话|固定电话)(号码|號碼|号)?|",
            store!(),
            r"?(联系|聯絡|聯繫)方式)(\((备用|備用|其他|其它)\))?[0-9一二三四]?$"
        ),
    ),
    rule(
        "area_code",
        r"^(((tele)?phone[ _-]?)?area[ _-]?codes?|std[ _-]?codes?|(dialling|dialing)[ _-]?codes?|(电话|電話|座机|座機|固话)?(区号|區號)|(电话|電話)(区码|區碼|(区域|區域)(号码|號碼|码|碼|代码|代碼)))$",
    ),
    rule(
        "category",
        r"^((store|shop|merchant|business)[ _-]?)?(category|categories|cuisine|type)$|^(cuisine|food) type$|^(种类|種類|主营|主營|一级类目|(经营|經營|商户|商戶|门店|門店|店铺|店鋪|主营)?(类目|類目|品类|品類|分类|分類|类别|類別|类型|類型)(名称|名稱)?|菜系|业态)$",
    ),
    rule(
        "coords",
        r"^((gps )?coordinates?|coords?|lat[ _,/-]?lng|lng[ _,/-]?lat|geo|location|(gps ?)?(坐标|座標)|经纬度|經緯度|坐标\(经纬度\))$",
    ),
    rule("lat", r"^(.*/)?(((geo|location|gps)[ _-]?)?lat(itude|\.)?|(gps)?(纬度|緯度))(\(.*\))?$"),
    rule("lng", r"^(.*/)?(((geo|location|gps)[ _-]?)?(lng|lon|long|longitude)\.?|(gps)?(经度|經度))(\(.*\))?$"),
    rule(
        "uscc",
        r"^(uscc|usci|(unified )?(social )?credit code|(统一)?社会信用代码(证号|/注册号)?|统一信用代码|信用代码|統一社會信用代碼|营业执照(号码?|编号|注册号)?|(营业)?执照(号码?|编号)|税号|纳税人识别号)$",
    ),
    rule("region", r"^(region|city|district|area|(所属|所在)?(区域|區域|地区|地區|城市|市区))$"),
    rule(
        "status",
        r"^(((store|shop|business)[ _-]?)?status|(营业|營業|门店|門店|店铺|店鋪|商户|商戶|经营|經營)?(状态|狀態))$",
    ),
    rule("tags", r"^(tags?|labels?|标签|標籤)$"),
    rule("note", r"^(notes?|remarks?|comments?|memos?|(备注|備註)(信息|資訊)?|说明|說明)$"),
    rule(
        "licence.food",
        r"^(食品(经营|生产)?许可证|(食品(经营|生产)?)?许可证(号码?|编号)|food licen[cs]e( no\.?| number)?)$",
    ),
    rule("region_code", r"^(行政)?区划(代)?码$|^(adcode|region[ _-]?code)$"),
    rule("settlement_cycle", r"^(结算(周期|方式)|settlement([ _-]?cycle)?)$"),
    rule("language", r"^(语言|語言|language)$"),
    rule("industry", r"^((所属|所屬)?(行业|行業)(代码|代碼)|industry[ _-]?code)$"),
    rule("time_zone", r"^(时区|時區|time[ _-]?zone|tz)$"),
    day!("hours.mo", "一", "mon(day)?"),
    day!("hours.tu", "二", "tue(s|sday)?"),
    day!("hours.we", "三", "wed(nesday)?"),
    day!("hours.th", "四", "thu(r|rs|rsday)?"),
    day!("hours.fr", "五", "fri(day)?"),
    day!("hours.sa", "六", "sat(urday)?"),
    day!("hours.su", "[日天]", "sun(day)?"),
    rule("custom.legal_name", r"^(legal name|company( name)?|(公司|企业|单位)(名称|全称))$"),
];

static COMPILED: LazyLock<Vec<(Regex, &'static Rule)>> = LazyLock::new(|| {
    // A test holds that all of them compile.
    RULES.iter().filter_map(|rule| Some((Regex::new(rule.pattern).ok()?, rule))).collect()
});

/// The form in which headers are compared.
pub(super) fn header_key(header: &str) -> String {
    text::key(header).replace('\u{ff0f}', "/").trim_matches(['*', ':', ' ']).to_owned()
}

/// Do two headers name the same column?
pub(super) fn is_same(one: &str, other: &str) -> bool {
    header_key(one) == header_key(other)
}

/// What a hint beside a name has in it: whether to fill a column in, and how.
const HINTS: [&str; 9] = ["填", "选", "選", "例", "如", "格式", "required", "optional", "e.g"];

/// What makes another column of a name when it stands in brackets beside it: another language, another map, another time,
/// what belongs to somebody else.
const OTHERS: [&str; 36] = [
    "英文",
    "english",
    "拼音",
    "pinyin",
    "外文",
    "日文",
    "韩文",
    "gcj",
    "bd",
    "百度",
    "wgs",
    "备用",
    "備用",
    "其他",
    "其它",
    "旧",
    "舊",
    "曾用",
    "former",
    "previous",
    "节",
    "節",
    "假",
    "末",
    "工作日",
    "平日",
    "冬",
    "夏",
    "法人",
    "注册",
    "註冊",
    "总部",
    "總部",
    "营业执照",
    "工商",
    "发票",
];
/// The same as whole words, which others may have in them.
const OTHER_WORDS: [&str; 6] = ["en", "old", "原", "公司", "开票", "收货"];
/// A whole week: of fewer days the cells say less than hours do.
const WHOLE_WEEK: [&str; 7] =
    ["周一至周日", "周一到周日", "周一-周日", "周一~周日", "星期一至星期日", "周一至日", "周一至周天"];

fn is_other(inner: &str) -> bool {
    let mut words = inner.split(|c: char| !c.is_alphanumeric());
    OTHERS.iter().any(|other| inner.contains(other))
        || words.any(|word| OTHER_WORDS.contains(&word))
        || ["周", "週", "星期"].iter().any(|day| inner.contains(day))
            && !WHOLE_WEEK.iter().any(|week| inner.contains(week))
}

/// A key without anything in brackets: `名称(与门头一致)` → `名称`. Nothing if a bracket makes it another column.
fn unbracketed(key: &str) -> Option<String> {
    let (mut rest, mut plain) = (key, String::with_capacity(key.len()));
    while let Some((before, behind)) = rest.split_once(['(', '[', '【']) {
        let (inner, after) = behind.split_once([')', ']', '】'])?;
        if is_other(inner) {
            return None;
        }
        plain.push_str(before);
        rest = after;
    }
    plain.push_str(rest);
    Some(plain.trim_matches(['*', ':', ' ']).to_owned())
}

/// A key without hints in brackets and without blanks between Chinese characters.
fn bare(key: &str) -> String {
    let mut rest = key;
    let mut bare = String::with_capacity(key.len());
    while let Some((before, behind)) = rest.split_once(['(', '[', '【']) {
        let Some((inner, after)) = behind.split_once([')', ']', '】']) else { break };
        bare.push_str(before);
        if !HINTS.iter().any(|hint| inner.contains(hint)) {
            bare.push_str(&rest[before.len()..rest.len() - after.len()]);
        }
        rest = after;
    }
    bare.push_str(rest);
    let mut joined = String::with_capacity(bare.len());
    let mut chars = bare.trim_matches(['*', ':', ' ']).chars().peekable();
    while let Some(c) = chars.next() {
        let between = c == ' ' && !joined.ends_with(|c: char| c.is_ascii());
        if !between || chars.peek().is_none_or(char::is_ascii) {
            joined.push(c);
        }
    }
    joined
}

/// A name in two languages, `门店名称 store name`, as two.
fn two_languages(key: &str) -> Option<(&str, &str)> {
    let is_latin = key.starts_with(|c: char| c.is_ascii());
    let other = |c: char| if is_latin { !c.is_ascii() } else { c.is_ascii_alphabetic() };
    let (one, two) = key.split_at(key.find(other)?);
    let edge = [' ', '(', ')', '-', '_', '/'];
    Some((one.trim_matches(edge), two.trim_matches(edge)))
}

/// Where a column with this header goes by itself, and by which rule.
pub(super) fn by_rule(header: &str) -> Option<(Target, &'static str)> {
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
    let rule = all_forms(&key).find_map(|form| rule_for(&form)).or_else(|| of_a_map(&key))?;
    Some((Target::named(rule.target).ok()?, rule.pattern))
}

/// The forms in which a header is looked for: as it is, without hints, without brackets, with blanks between its words,
/// without what maps and tables put in front of all their columns.
pub(super) fn forms(header: &str) -> Vec<String> {
    all_forms(&header_key(header)).collect()
}

fn all_forms(key: &str) -> impl Iterator<Item = String> {
    let bare = Some(bare(key)).filter(|bare| bare != key);
    let plain = unbracketed(key).filter(|plain| plain != key);
    let spaced = key.contains('_').then(|| key.replace('_', " "));
    let own = ["poi", "r_", "r "].iter().find_map(|front| key.strip_prefix(front));
    let own = own.map(|own| own.trim_start_matches('_').to_owned());
    [Some(key.to_owned()), bare, plain, spaced, own].into_iter().flatten()
}

/// `高德坐标`, `gcj02_lng`: degrees of this datum or map.
fn of_a_map(key: &str) -> Option<&'static Rule> {
    rule_for(&datum::unnamed(key)?).filter(|rule| matches!(rule.target, "lat" | "lng" | "coords"))
}

fn rule_for(key: &str) -> Option<&'static Rule> {
    let find = |key: &str| COMPILED.iter().find(|(regex, _)| regex.is_match(key)).map(|(_, rule)| *rule);
    let in_both = || {
        let (one, two) = two_languages(key)?;
        find(one).filter(|rule| find(two).is_some_and(|other| other.target == rule.target))
    };
    let by_lines = || {
        // Of two lines the lower one says more, where it says anything.
        let (upper, lower) = key.rsplit_once('/')?;
        find(lower).or_else(|| find(upper).filter(|_| lower.is_empty()))
    };
    find(key).or_else(by_lines).or_else(in_both)
}

/// Where a column with this header goes by itself.
pub(super) fn standard(header: &str) -> Option<Target> {
    by_rule(header).map(|(target, _)| target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_all_kinds_find_their_field() {
        assert_eq!(COMPILED.len(), RULES.len(), "each expression compiles");
        let cases = [
            ("hours.mo", "周一 星期一 Monday mon 周一营业时间 营业时间/周一"),
            ("hours.su", "周日 星期天 礼拜日 Sunday Sun_hours"),
            ("status", "营业状态 店铺状态 经营状态 Status"),
            ("licence.food", "食品经营许可证 许可证编号 食品经营许可证号码"),
            ("code", "门店编码 Store_Code 商户编号 id 店號 商户号 StoreNo Store_# Branch_code External_ID"),
            (
                "name",
                "商户名称 店铺名 Name 店名 門店名稱 *门店名称 门店名称（必填） 门店名称(Store_Name) 名　称 门店\u{b}名称 店面名称 门店名称（与门头一致） 名称（中文） 网点名称 机构名称 药店名称 医院名称 酒店名称 饭店名 店家名稱 機構名稱 醫事機構名稱 poiName r_name 门店全称 字号",
            ),
            (
                "address",
                "地址 详细地址 门店地址 Address 门店详细地址 地址（必填） Address_Line_1 address1 经营场所 地址1 网点地址 機構地址 店家地址 分公司地址 店址 联系地址 具体地址 formatted_address Business_Address poiAddress 门店位置 具体位置 通讯地址 Postal_address",
            ),
            (
                "phone",
                "联系电话 联系方式 电话 Phone 联系方式/手机 联系方式/座机 電話 手机号码 Mobile 电话2 联系人电话 负责人电话 店长电话 商家电话 订餐电话 联系电话（选填） Contact_Number Mobile_No 门店联系电话 店铺联系方式 备用电话 其他电话 外卖电话 电话一 Phone_# 电话（备用） 电话(手机) 网点电话 营业电话 预定电话 预订电话 咨询电话 機構電話 連絡電話 formatted_phone_number poiPhone 手提電話",
            ),
            ("area_code", "区号 電話區號 电话区号 電話區域號碼 Area_Code STD_Code phone_area_code"),
            (
                "hours",
                "营业时间 营业时段 營業時間 hours 营业时间段 Hours_of_Operation 营业时间（周一至周日） 营业时间（24小时制） 门店营业时间 Operating_Hours 经营时间 营业时刻 工作时间 办公时间 看診時段 poiOperatingHours",
            ),
            ("hours_open", "营业时间/开门 opens 开门时间"),
            ("hours_close", "营业时间/打烊 closes 打烊时间 关店时间"),
            ("opened", "开业日期 opened 开业时间 开店时间"),
            (
                "category",
                "经营类目 品类 分类 Category 類別 品类名称 类目名称 店铺类型 种类 主营 一级类目 Cuisine_type Food_type",
            ),
            (
                "uscc",
                "统一社会信用代码 统一社会信用代码（18位） uscc 统一社会信用代码/注册号 营业执照 营业执照号 营业执照号码 执照号 营业执照注册号 税号 纳税人识别号",
            ),
            ("coords", "坐标 GPS坐标 经纬度 高德坐标 火星坐标 坐标（GCJ-02） 腾讯地图经纬度"),
            ("lat", "Latitude lat 纬度 纬度（高德） lat_gcj02 BD09_lat geo_lat location_lat gps纬度 lat."),
            ("lng", "Longitude lng lon 经度 经度(GCJ02) 高德经度 百度经度 location_lon gps经度 Lon."),
            ("language", "语言 Language"),
            ("industry", "行业代码 所属行业代码 Industry_code"),
            ("note", "Memo 备注 Note remarks 备注信息"),
        ];
        for (name, headers) in cases {
            for header in headers.split(' ') {
                for header in [header.replace('\u{b}', "\n"), header.replace('_', " ").replace('\u{b}', "\n")] {
                    let found = standard(&header).map(|target| target.name().to_owned());
                    assert_eq!(found.as_deref(), Some(name), "{header}");
                }
            }
        }
        for header in [
            "座位",
            "店长",
            "",
            "价格",
            "address2 line",
            "门店",
            "省",
            "电话费",
            "老板",
            // Words, of which the field has codes only.
            "行业",
            "No.",
            "No",
            "Number",
            "序号",
            "wifi名称",
            "名称（英文）",
            "门店名称（English）",
            "Name (EN)",
            "地址（注册）",
            "名称（备用）",
            "营业时间（周一至周五）",
            "营业时间（节假日）",
            "电话（法人）",
            "字段名称",
            "poi",
            "contact",
        ] {
            assert_eq!(standard(header), None, "{header}");
        }
        assert_eq!(standard("Opening Hours").map(|t| t.name().to_owned()).as_deref(), Some("hours"));
        assert_eq!(standard(" Store Name ").map(|t| t.name().to_owned()).as_deref(), Some("name"));
    }
}
