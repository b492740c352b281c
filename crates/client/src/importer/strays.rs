//! Lines of a table that are no stores: sums, signatures, hints for whoever fills it in.

use std::sync::LazyLock;

/// Words for sums and for hints, which no store is called.
const NEVER: [&str; 28] = [
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
    "例如",
    "举例",
    "範例",
    "范例",
    "填写示例",
    "填写要求",
];
/// What a hint that asks for something begins with.
const ASKING: [&str; 5] = ["请填", "請填", "请输入", "請輸入", "请按"];
/// Of what kind a column's cells are. A store may be called so, but not with an address that is such a word too.
const KINDS: [&str; 20] = [
    "文本",
    "文字",
    "字符",
    "字符串",
    "单行文本",
    "多行文本",
    "数字",
    "数值",
    "整数",
    "日期",
    "时间",
    "单选",
    "多选",
    "下拉选择",
    "text",
    "string",
    "varchar",
    "number",
    "integer",
    "date",
];
/// In bytes.
const WORD_MAX: usize = 12;
/// The same, which a store may be called all the same.
const SELDOM: [&str; 8] =
    ["total", "subtotal", "sub total", "grand total", "required", "optional", "example", "mandatory"];
/// Who made the table, from what, and what must be known of it; a colon follows.
const SIGNATURES: [&str; 19] = [
    "制表",
    "填表",
    "制单",
    "審核",
    "审核",
    "复核",
    "审批",
    "注",
    "备注",
    "備註",
    "说明",
    "說明",
    "数据来源",
    "資料來源",
    "来源",
    "统计时间",
    "更新时间",
    "截止时间",
    "导出时间",
];

/// What a line is, by what stands where a store's name should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stray {
    /// No store.
    Surely,
    /// No store, unless it has what only a store has.
    Perhaps,
}

/// What stands in front of a hint's word and behind it.
const OPENING: [char; 8] = ['*', '＊', '（', '(', '【', '[', '“', '※'];
const ENDING: [char; 13] = [':', '：', '(', '（', ' ', '，', ',', '、', ')', '）', '】', ']', '”'];

/// The first word, without marks.
fn word(text: &str) -> &str {
    text.trim_start_matches(OPENING).split(ENDING).next().unwrap_or_default()
}

/// A hint to whoever fills the cell in, or a mark: what no address is.
fn is_hint(text: &str) -> bool {
    let word = word(text);
    let is_word = |words: &[&str]| words.iter().any(|hint| hint.eq_ignore_ascii_case(word));
    is_mark(text) || word.len() <= WORD_MAX && (is_word(&NEVER) || is_word(&KINDS)) || is_asking(word)
}

fn is_mark(text: &str) -> bool {
    text.chars().count() <= 2 && !text.contains(char::is_alphanumeric)
}

fn is_asking(word: &str) -> bool {
    ASKING.iter().any(|asking| word.starts_with(asking))
}

/// Places in [`BEGINNINGS`].
const PLACES: usize = 1_024;

/// Which Chinese characters the words above begin with, by the last bits of their numbers: few names begin with one of
/// them, and of the others nothing more is asked.
static BEGINNINGS: LazyLock<[bool; PLACES]> = LazyLock::new(|| {
    let mut places = [false; PLACES];
    let words = NEVER.iter().chain(&KINDS).chain(&ASKING).chain(&SIGNATURES);
    words.filter_map(|word| word.chars().next()).for_each(|first| places[first as usize % PLACES] = true);
    places
});

/// May a name be one of the words, as far as its first character says?
fn begins_like_one(name: &str) -> bool {
    name.chars()
        .next()
        .is_some_and(|first| !('\u{4e00}'..='\u{9fff}').contains(&first) || BEGINNINGS[first as usize % PLACES])
}

/// Is it no store?
pub(super) fn of(name: &str, address: &str) -> Option<Stray> {
    // Almost every name is longer than all of these words.
    if name.len() > 60 || !begins_like_one(name) {
        return None;
    }
    let word = word(name);
    if word.len() <= WORD_MAX && (NEVER.contains(&word) || is_hint(name) && (address.is_empty() || is_hint(address))) {
        // Marks say nothing of a line that has an id: what was exported comes back.
        return Some(if is_mark(name) { Stray::Perhaps } else { Stray::Surely });
    }
    if is_asking(word) {
        return Some(if is_hint(address) { Stray::Surely } else { Stray::Perhaps });
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
        for name in [
            "合计",
            "合计：",
            "总计（3家）",
            "小计",
            "制表：张三",
            "审核人:李四",
            "必填",
            "示例",
            "必填，不超过30字",
            "例如：老王面馆",
            "*必填",
            "【示例】老王面馆",
            "（例）老王面馆",
            "(必填)",
            "数据来源：总部",
            "注：仅供参考",
        ] {
            assert_eq!(of(name, "北京路1号"), Some(Stray::Surely), "{name}");
        }
        for (name, address) in
            [("文本", "文本"), ("Text", "varchar"), ("请填写门店名称", "请填写详细地址"), ("文本（30）", "")]
        {
            assert_eq!(of(name, address), Some(Stray::Surely), "{name} {address}");
        }
        for (name, address) in [("*", "*"), ("--", "必填"), ("=", ";")] {
            assert_eq!(of(name, address), Some(Stray::Perhaps), "{name} {address}");
        }
        for name in ["Total", "SUBTOTAL", "Grand total:", "required", "请填写饱了么"] {
            assert_eq!(of(name, "北京路1号"), Some(Stray::Perhaps), "{name}");
        }
        for name in [
            "合计面馆",
            "制表人家",
            "Total Wine",
            "老王面馆",
            "例外咖啡",
            "",
            "注册",
            "示范店",
            "文本",
            "数字",
            "Text",
            "*",
            "注",
            "必填书店",
            "例如咖啡",
            "备注",
            "（新）老王面馆",
            "【必胜客】望京店",
            "来源咖啡",
            "日期（东店）",
        ] {
            assert_eq!(of(name, "北京路1号"), None, "{name}");
        }
        assert_eq!((of("", ""), of("", "*")), (None, None), "a name is missing");
    }
}
