//! The demo's menu: what is ordered, where it is made and how long that takes.

use super::types::Station;

/// A dish of the demo menu.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MenuDish {
    /// Its name.
    pub name: &'static str,
    /// Where it is made.
    pub station: Station,
    /// Share of items, relative to the others.
    pub weight: f64,
    /// Median time in work, seconds, by an average cook.
    pub median_s: f64,
}

const fn dish(name: &'static str, station: Station, weight: f64, median_s: f64) -> MenuDish {
    MenuDish { name, station, weight, median_s }
}

/// The menu of every demo store.
pub const MENU: [MenuDish; 16] = [
    dish("宫保鸡丁", Station::Wok, 9.0, 330.0),
    dish("鱼香肉丝", Station::Wok, 8.0, 320.0),
    dish("干锅花菜", Station::Wok, 5.0, 420.0),
    dish("扬州炒饭", Station::Wok, 7.0, 270.0),
    dish("水煮鱼片", Station::Wok, 4.0, 560.0),
    dish("小笼包", Station::Steamer, 6.0, 620.0),
    dish("虾饺", Station::Steamer, 4.0, 540.0),
    dish("白米饭", Station::Steamer, 10.0, 80.0),
    dish("羊肉串", Station::Grill, 5.0, 520.0),
    dish("烤鸡翅", Station::Grill, 4.0, 700.0),
    dish("叉烧", Station::Grill, 3.0, 340.0),
    dish("凉拌黄瓜", Station::Cold, 5.0, 120.0),
    dish("夫妻肺片", Station::Cold, 4.0, 160.0),
    dish("酸梅汤", Station::Drinks, 5.0, 50.0),
    dish("珍珠奶茶", Station::Drinks, 6.0, 140.0),
    dish("鲜榨橙汁", Station::Drinks, 3.0, 120.0),
];
