//! What can be chosen for a coded field, level by level: for who picks instead of typing.

use crate::{category, locale, region};

/// One choice: what is stored, and its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// In Chinese.
    pub zh: String,
    /// In English; of places the Chinese name.
    pub en: String,
}

impl Choice {
    fn new(value: &str, zh: &str, en: &str) -> Self {
        Self { value: value.to_owned(), zh: zh.to_owned(), en: en.to_owned() }
    }
}

/// The choices of a field below one of its values; below nothing the first level. None for a field that is typed.
pub fn choices(field: &str, under: &str) -> Vec<Choice> {
    match field {
        "region_code" => region::below(under).into_iter().map(|(code, name)| Choice::new(code, name, name)).collect(),
        "category_code" => {
            let below = |code: &&category::Category| match code.code.rsplit_once('.') {
                Some((above, _)) => above == under,
                None => under.is_empty(),
            };
            category::tree().iter().filter(below).map(|one| Choice::new(one.code, one.chinese, one.english)).collect()
        }
        "language" if under.is_empty() => {
            locale::LANGUAGE_NAMES.iter().map(|(value, zh, en)| Choice::new(value, zh, en)).collect()
        }
        "time_zone" if under.is_empty() => {
            locale::ZONE_NAMES.iter().map(|(value, zh, en)| Choice::new(value, zh, en)).collect()
        }
        "industry" => INDUSTRIES
            .iter()
            .filter(|(code, ..)| match under.len() {
                0 => code.len() == 1,
                1 => code.len() > 1 && code.starts_with(under),
                _ => false,
            })
            .map(|(value, zh, en)| Choice::new(value, zh, en))
            .collect(),
        _ => Vec::new(),
    }
}

/// Sections of GB/T 4754-2017 that shops belong to, and their usual groups. Any other code can be typed.
const INDUSTRIES: [(&str, &str, &str); 27] = [
    ("F", "批发和零售业", "Wholesale and retail"),
    ("F521", "综合零售", "General retail"),
    ("F5211", "百货零售", "Department stores"),
    ("F5212", "超级市场零售", "Supermarkets"),
    ("F5213", "便利店零售", "Convenience stores"),
    ("F522", "食品、饮料及烟草制品专门零售", "Food, drink and tobacco shops"),
    ("F523", "纺织、服装及日用品专门零售", "Clothing and household shops"),
    ("F525", "医药及医疗器材专门零售", "Pharmacies"),
    ("H", "住宿和餐饮业", "Lodging and catering"),
    ("H6110", "旅游饭店", "Tourist hotels"),
    ("H612", "一般旅馆", "Hotels"),
    ("H6130", "民宿服务", "Guest houses"),
    ("H6210", "正餐服务", "Restaurants"),
    ("H6220", "快餐服务", "Fast food"),
    ("H6231", "茶馆服务", "Tea houses"),
    ("H6232", "咖啡馆服务", "Coffee shops"),
    ("H6233", "酒吧服务", "Bars"),
    ("H6241", "餐饮配送服务", "Catering delivery"),
    ("H6291", "小吃服务", "Snack bars"),
    ("O", "居民服务、修理和其他服务业", "Personal services and repair"),
    ("O8040", "理发及美容服务", "Hair and beauty"),
    ("O8051", "洗浴服务", "Baths"),
    ("O8053", "足浴服务", "Foot care"),
    ("O8030", "洗染服务", "Laundry"),
    ("R", "文化、体育和娱乐业", "Culture, sport and entertainment"),
    ("R9011", "歌舞厅娱乐活动", "Karaoke and dance halls"),
    ("R8930", "健身休闲活动", "Fitness"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use domain::FieldPath;
    use domain::schema::Schema;

    #[test]
    fn what_is_chosen_is_what_is_read() {
        for field in ["region_code", "category_code", "language", "time_zone", "industry"] {
            let path = FieldPath::fixed(field);
            let top = choices(field, "");
            assert!(top.len() > 1, "{field}");
            for choice in &top {
                let below = choices(field, &choice.value);
                for one in below.iter().chain([choice]) {
                    let read = crate::register(&Schema::default(), &path, &one.value).map(|(value, _)| value.plain());
                    assert_eq!(read.as_deref(), Ok(one.value.as_str()), "{field}");
                }
            }
        }
        assert_eq!(choices("region_code", "110000").iter().filter(|one| one.zh == "朝阳区").count(), 1);
        assert!(choices("region_code", "440000").iter().any(|one| one.value == "440300"));
        assert!(choices("region_code", "440300").iter().any(|one| one.zh == "南山区"));
        assert!(choices("name", "").is_empty());
    }
}
