//! Words before a number: those that only say what it is, and others.

/// What labels are made of: `24小时订餐热线`, `Tel. No.`
const WORDS: [&str; 62] = [
    "联系人",
    "联系",
    "聯絡",
    "聯繫",
    "方式",
    "电话",
    "電話",
    "手机",
    "手機",
    "座机",
    "座機",
    "热线",
    "熱線",
    "固话",
    "固定",
    "移动",
    "号码",
    "號碼",
    "号",
    "总机",
    "總機",
    "前台",
    "客服",
    "服务",
    "服務",
    "售后",
    "咨询",
    "投诉",
    "预约",
    "预订",
    "预定",
    "订餐",
    "訂餐",
    "订座",
    "訂位",
    "订位",
    "外卖",
    "外賣",
    "传真",
    "傳真",
    "门店",
    "門店",
    "店铺",
    "商家",
    "本店",
    "全国",
    "统一",
    "免费",
    "小时",
    "小時",
    "办公",
    "备用",
    "其他",
    "或",
    "tel",
    "phone",
    "mobile",
    "mob",
    "cell",
    "fax",
    "hotline",
    "call",
];
/// The same, as whole words only.
const LATIN: [&str; 18] = [
    "telephone",
    "cellphone",
    "landline",
    "no",
    "nr",
    "number",
    "contact",
    "office",
    "shop",
    "store",
    "line",
    "x",
    "h",
    "p",
    "t",
    "m",
    "us",
    "service",
];

/// Do words say nothing but that a telephone number follows?
pub(super) fn is_label(words: &str) -> bool {
    words.to_lowercase().split(|c: char| !c.is_alphabetic()).all(is_made_of_labels)
}

fn is_made_of_labels(mut run: &str) -> bool {
    while !run.is_empty() && !LATIN.contains(&run) {
        match WORDS.iter().find_map(|word| run.strip_prefix(word)) {
            Some(rest) => run = rest,
            None => return false,
        }
    }
    true
}

/// Before the number of a facsimile machine.
const FAX: [&str; 9] = ["传真", "传真号", "传真号码", "传真机", "公司传真", "傳真", "傳真號碼", "fax", "telefax"];

/// Do words say that a facsimile machine answers, and nobody else: `传真：`, but not `电话/传真：`?
pub(super) fn is_fax(words: &str) -> bool {
    let lower = words.to_lowercase();
    let runs = || lower.split(|c: char| !c.is_alphabetic()).filter(|run| !run.is_empty());
    runs().any(|run| FAX.contains(&run))
        && runs().all(|run| FAX.contains(&run) || matches!(run, "no" | "nr" | "number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_told_from_words() {
        for words in ["", "电话", "24小时订餐热线:", "Tel. No.", "7x24:", "联系电话1", "客服"] {
            assert!(is_label(words), "{words}");
        }
        for words in ["张三", "店长李四:", "不要打", "不要打电话", "手机 / 微信", "Front desk:", "加盟热线"]
        {
            assert!(!is_label(words), "{words}");
        }
    }

    #[test]
    fn a_facsimile_machine_is_told_from_a_telephone() {
        for words in ["传真", "传真：", "傳真號碼:", "Fax No. ", "fax", "(传真)", "公司传真"] {
            assert!(is_fax(words), "{words}");
        }
        for words in ["", ":", "电话", "电话/传真:", "TEL/FAX", "电话(传真)", "传真电话", "faxed"] {
            assert!(!is_fax(words), "{words}");
        }
    }
}
