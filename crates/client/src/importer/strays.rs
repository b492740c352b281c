//! Lines of a table that are no stores: sums, signatures, hints for whoever fills it in.

/// Words for sums and for hints, which no store is called.
const NEVER: [&str; 22] = [
    "合计",
    "合計",
    "总计",
    "總計",
    "小计",
    "小計",
    "共计",
    "共計",
    "总数",
    "總數",
    "汇总",
    "必填",
    "必填项",
    "选填",
    "選填",
    "选填项",
    "可选",
    "非必填",
    "示例",
    "样例",
    "例",
    "填写说明",
];
/// The same, which a store may be called all the same.
const SELDOM: [&str; 8] =
    ["total", "subtotal", "sub total", "grand total", "required", "optional", "example", "mandatory"];
/// Who made the table; a colon follows.
const SIGNATURES: [&str; 7] = ["制表", "填表", "制单", "審核", "审核", "复核", "审批"];

/// What a line is, by what stands where a store's name should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stray {
    /// No store.
    Surely,
    /// No store, unless it has what only a store has.
    Perhaps,
}

/// Is it no store?
pub(super) fn of(name: &str) -> Option<Stray> {
    // Almost every name is longer than all of these words.
    if name.len() > 60 {
        return None;
    }
    let word = name.split([':', '：', '(', '（', ' ']).next().unwrap_or_default();
    if NEVER.contains(&word) {
        return Some(Stray::Surely);
    }
    if name.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) {
        let is_word = SELDOM.iter().any(|word| name.trim_end_matches(':').eq_ignore_ascii_case(word));
        return is_word.then_some(Stray::Perhaps);
    }
    let is_signed = |sign: &str| {
        let behind = name.strip_prefix(sign).map(|rest| rest.strip_prefix('人').unwrap_or(rest));
        behind.is_some_and(|rest| rest.starts_with([':', '：']))
    };
    SIGNATURES.iter().any(|sign| is_signed(sign)).then_some(Stray::Surely)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_hints_and_signatures_are_no_stores() {
        for name in ["合计", "合计：", "总计（3家）", "小计", "制表：张三", "审核人:李四", "必填", "示例"]
        {
            assert_eq!(of(name), Some(Stray::Surely), "{name}");
        }
        for name in ["Total", "SUBTOTAL", "Grand total:", "required"] {
            assert_eq!(of(name), Some(Stray::Perhaps), "{name}");
        }
        for name in ["合计面馆", "制表人家", "Total Wine", "老王面馆", "例外咖啡", ""] {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
