//! Names, dishes, tags and hours of the demo data.

/// What a store sells, and how such stores are.
pub(super) struct Kind {
    pub category: &'static str,
    pub dishes: &'static [&'static str],
    /// Index into [`WEEKS`] of the likely hours.
    pub weeks: &'static [usize],
    pub tags: &'static [&'static str],
    /// Least and most that a guest spends, in yuan.
    pub spend: (u32, u32),
}

/// Begins of names. All invented.
pub(super) const BRANDS: [&str; 48] = [
    "老北京",
    "巷口",
    "阿婆",
    "渝味坊",
    "江南春",
    "福满楼",
    "蜀香园",
    "老城根",
    "石头记",
    "云水间",
    "聚贤",
    "同庆里",
    "四季香",
    "李记",
    "王记",
    "赵家",
    "陈家",
    "老街坊",
    "好时光",
    "一品轩",
    "百味居",
    "天天",
    "香满园",
    "大碗",
    "小巷深",
    "山城",
    "水岸",
    "金灶",
    "柴火",
    "外婆桥",
    "二娃",
    "三不等",
    "喜来",
    "青瓦",
    "竹里",
    "半亩园",
    "望江",
    "荷塘",
    "麦香",
    "南门口",
    "东篱",
    "老灶台",
    "鲜得来",
    "暖胃",
    "知味",
    "清河",
    "胡同里",
    "南北",
];

pub(super) const KINDS: [Kind; 12] = [
    Kind {
        category: "火锅",
        dishes: &["铜锅涮肉", "牛油火锅", "鱼火锅", "潮汕牛肉火锅", "菌汤火锅", "酸菜鱼"],
        weeks: &[1, 3, 4],
        tags: &["包间", "可预订", "宵夜"],
        spend: (70, 160),
    },
    Kind {
        category: "面馆",
        dishes: &["牛肉面", "炸酱面", "重庆小面", "刀削面", "热干面", "阳春面", "油泼面"],
        weeks: &[0, 2, 6],
        tags: &["快餐", "一人食"],
        spend: (15, 35),
    },
    Kind {
        category: "小吃",
        dishes: &["小笼包", "生煎", "煎饼", "锅贴", "馄饨", "臭豆腐", "肉夹馍", "凉皮"],
        weeks: &[2, 6, 7],
        tags: &["快餐", "早餐", "老字号"],
        spend: (10, 30),
    },
    Kind {
        category: "川菜",
        dishes: &["川菜馆", "麻婆豆腐", "水煮鱼", "冒菜", "钵钵鸡", "串串香"],
        weeks: &[1, 3, 4],
        tags: &["辣", "包间", "可预订"],
        spend: (45, 95),
    },
    Kind {
        category: "粤菜",
        dishes: &["茶餐厅", "烧腊", "早茶", "煲仔饭", "肠粉", "糖水铺"],
        weeks: &[0, 2, 5],
        tags: &["早茶", "可预订", "下午茶"],
        spend: (40, 110),
    },
    Kind {
        category: "江浙菜",
        dishes: &["本帮菜", "杭帮菜", "蟹粉馆", "醉鸡坊", "淮扬菜"],
        weeks: &[1, 5],
        tags: &["包间", "可预订", "宴请"],
        spend: (70, 180),
    },
    Kind {
        category: "烧烤",
        dishes: &["烤串", "炭火烧烤", "烤鱼", "烤羊腿", "海鲜烧烤"],
        weeks: &[4, 8],
        tags: &["宵夜", "露天", "啤酒"],
        spend: (50, 110),
    },
    Kind {
        category: "清真",
        dishes: &["羊肉泡馍", "手抓饭", "拉面", "烤全羊", "大盘鸡"],
        weeks: &[0, 2, 3],
        tags: &["清真", "快餐", "包间"],
        spend: (25, 90),
    },
    Kind {
        category: "饮品",
        dishes: &["奶茶", "鲜果茶", "豆浆坊", "手冲咖啡", "酸梅汤"],
        weeks: &[0, 7, 9],
        tags: &["外带", "下午茶"],
        spend: (12, 32),
    },
    Kind {
        category: "烘焙",
        dishes: &["面包房", "糕点铺", "蛋糕坊", "桃酥店"],
        weeks: &[0, 7],
        tags: &["外带", "早餐", "定制"],
        spend: (18, 60),
    },
    Kind {
        category: "素食",
        dishes: &["素菜馆", "素斋", "豆腐坊", "蔬食"],
        weeks: &[1, 5],
        tags: &["素食", "安静", "可预订"],
        spend: (35, 90),
    },
    Kind {
        category: "海鲜",
        dishes: &["海鲜大排档", "蒸汽海鲜", "生蚝馆", "小海鲜", "虾蟹坊"],
        weeks: &[1, 4, 8],
        tags: &["宵夜", "海鲜池", "可预订"],
        spend: (80, 220),
    },
];

/// Weekly hours: Monday to Thursday, Friday and Saturday, Sunday; `None` for Monday when closed.
pub(super) struct Week {
    pub days: &'static [&'static str],
    pub weekend: &'static [&'static str],
    pub closed: Option<usize>,
}

pub(super) const WEEKS: [Week; 10] = [
    Week { days: &["09:00-21:00"], weekend: &["09:00-22:00"], closed: None },
    Week { days: &["11:00-14:00", "17:00-21:30"], weekend: &["11:00-14:30", "17:00-22:00"], closed: None },
    Week { days: &["07:00-14:00", "17:00-20:30"], weekend: &["07:00-14:00", "17:00-21:00"], closed: None },
    Week { days: &["10:00-14:00", "17:00-22:00"], weekend: &["10:00-23:00"], closed: None },
    Week { days: &["10:00-14:00", "17:00-02:00"], weekend: &["10:00-14:00", "17:00-03:00"], closed: None },
    Week { days: &["11:00-14:00", "17:00-21:00"], weekend: &["11:00-21:30"], closed: Some(0) },
    Week { days: &["06:00-14:00"], weekend: &["06:00-15:00"], closed: None },
    Week { days: &["08:00-20:00"], weekend: &["08:30-21:00"], closed: Some(1) },
    Week { days: &["17:00-03:00"], weekend: &["17:00-04:00"], closed: None },
    Week { days: &["00:00-24:00"], weekend: &["00:00-24:00"], closed: None },
];

pub(super) const PARKING: [&str; 4] = ["地下停车场", "路边", "商场停车场", "无"];
/// First three digits of mobile numbers.
pub(super) const MOBILE: [&str; 14] =
    ["135", "136", "137", "138", "139", "150", "151", "158", "159", "182", "186", "187", "188", "189"];
