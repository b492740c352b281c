//! How fast the list is among many merchants: `./dev bench list`.
//!
//! `make FOLDER MERCHANTS` fills a cache with a first pull and indexes it; `ask FOLDER` asks many different questions of
//! each kind and prints how long the answers took. The merchants are made from a seed: names of several hundred thousand
//! different words, addresses in 2,000 streets of 300 districts, telephone numbers, tags, custom fields.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use client::cache::{Cache, Draft, FILE_NAME};
use domain::api::{Change, ChangesPage};
use domain::edit::{Source, Write};
use domain::hlc::Hlc;
use domain::ipc::{Condition, FacetsQuery, StoreFilter, StoreSort, StoresQuery, Test};
use domain::record::{Record, Register, Sibling, WriteMeta};
use domain::role::Role;
use domain::{ActorId, DeviceId, Dot, EditId, FieldPath, MerchantId, Value};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const USAGE: &str = "list-speed make FOLDER MERCHANTS | ask FOLDER [QUESTIONS]";
const PAGE_ROWS: u64 = 2_000;
/// A window of the list on a large screen.
const WINDOW_ROWS: u32 = 100;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["make", folder, merchants] => match merchants.parse() {
            Ok(merchants) => make(folder.as_ref(), merchants).await,
            Err(_) => Err(USAGE.into()),
        },
        ["ask", folder] => ask(folder.as_ref(), 60).await,
        ["ask", folder, questions] => match questions.parse() {
            Ok(questions) => ask(folder.as_ref(), questions).await,
            Err(_) => Err(USAGE.into()),
        },
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("list-speed: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Numbers that look drawn, the same in every run (SplitMix64).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
    fn of<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len() as u64) as usize]
    }
}

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴莫孔向常";
const CHARACTERS: &str = "春夏秋冬风花雪月山水江湖海天地云雨星辰日光明福禄寿喜财源茂盛兴隆发达吉祥如意平安康泰和顺美味鲜香甜酸辣麻咸脆嫩滑爽金银铜铁玉珠宝石红橙黄绿青蓝紫白黑大小多少高低长短新旧老少东南西北中外前后左右上下里乡村城市街巷桥河溪泉井园林竹梅兰菊松柏荷桂桃李杏梨枣栗瓜果豆米面粉饭粥饼糕糖茶酒汤锅碗盘筷勺灶炉火烟炭肉鱼虾蟹鸡鸭鹅牛羊猪兔蛋奶油盐酱醋葱姜蒜椒";
const FOODS: [&str; 28] = [
    "火锅",
    "面馆",
    "烧烤",
    "奶茶",
    "川菜",
    "小吃",
    "寿司",
    "咖啡",
    "包子铺",
    "麻辣烫",
    "烤鸭店",
    "饺子馆",
    "米线",
    "炸鸡",
    "披萨",
    "牛肉面",
    "酸菜鱼",
    "砂锅",
    "粥铺",
    "烘焙",
    "甜品",
    "水果",
    "便利店",
    "海鲜",
    "素食",
    "Bistro",
    "Coffee",
    "Pizza",
];
const CITIES: [&str; 15] = [
    "北京市",
    "上海市",
    "广州市",
    "深圳市",
    "成都市",
    "重庆市",
    "杭州市",
    "武汉市",
    "西安市",
    "南京市",
    "长沙市",
    "天津市",
    "苏州市",
    "郑州市",
    "厦门市",
];
const TAGS: [&str; 12] =
    ["清真", "外卖", "堂食", "WiFi", "停车", "包间", "24小时", "儿童", "宠物", "露台", "网红", "老字号"];

fn character(draw: &mut Draw, of: &str) -> char {
    let all: Vec<char> = of.chars().collect();
    all[draw.below(all.len() as u64) as usize]
}

fn district(number: u64) -> String {
    let mut draw = Draw(number);
    format!("{}{}区", character(&mut draw, CHARACTERS), character(&mut draw, CHARACTERS))
}

fn street(number: u64) -> String {
    let mut draw = Draw(number ^ 0x5_0000);
    format!(
        "{}{}{}",
        character(&mut draw, CHARACTERS),
        character(&mut draw, CHARACTERS),
        draw.of(&["路", "街", "大道", "巷"])
    )
}

/// The registers of a merchant.
fn registers(n: u64, version: u64) -> Vec<(String, Value)> {
    let mut draw = Draw(n << 8 | version);
    let food = FOODS[(draw.below(28 * 28) as f64).sqrt() as usize];
    let mut name = String::new();
    if draw.below(3) == 0 {
        name.push_str(draw.of(&["老", "小", "大", "阿"]));
        name.push(character(&mut draw, SURNAMES));
    }
    for _ in 0..1 + draw.below(3) {
        name.push(character(&mut draw, CHARACTERS));
    }
    name.push_str(food);
    let (city, district) = (CITIES[(draw.below(225) as f64).sqrt() as usize], district(draw.below(300)));
    let place = street(draw.below(2_000));
    match draw.below(3) {
        0 => name.push_str(&format!("（{}店）", &place)),
        1 => name.push_str(&format!("{}号店", 1 + draw.below(99))),
        _ => {}
    }
    let phone = format!("+861{}{:09}", 3 + draw.below(7), draw.below(1_000_000_000));
    let mut registers = vec![
        ("name".to_owned(), Value::text(name)),
        ("address".to_owned(), Value::text(format!("{city}{district}{place}{}号", 1 + draw.below(999)))),
        ("category".to_owned(), Value::text(food)),
        ("region".to_owned(), Value::text(district)),
        (
            "status".to_owned(),
            Value::text(["open", "open", "open", "open", "paused", "closed"][draw.below(6) as usize]),
        ),
        (format!("phones.{phone}"), Value::yes()),
        ("phones.primary".to_owned(), Value::text(phone)),
        ("custom.seats".to_owned(), Value::text((4 + draw.below(200)).to_string())),
        ("language".to_owned(), Value::text(["zh-CN", "zh-CN", "en"][draw.below(3) as usize])),
    ];
    if draw.below(2) == 0 {
        registers.push(("custom.contract".to_owned(), Value::text(format!("HT-{:07}", draw.below(10_000_000)))));
    }
    for _ in 0..draw.below(4) {
        registers.push((format!("tags.{}", draw.of(&TAGS)), Value::yes()));
    }
    for day in domain::field::WEEKDAYS {
        registers.push((format!("hours.{day}"), Value::list(["10:00-14:00", "17:00-22:00"])));
    }
    registers
}

fn id(n: u64) -> String {
    format!("M{n:07}")
}

fn record(n: u64, counter: u64, version: u64) -> Result<Record, Failure> {
    let dot = Dot { device: DeviceId(7), counter };
    let meta = WriteMeta {
        edit_id: EditId(uuid::Uuid::from_u128(u128::from(counter))),
        actor: ActorId::new("server")?,
        actor_name: "Server".to_owned(),
        role: Role::Operations,
        source: Source::Import,
        hlc: Hlc::at_ms(1_700_000_000_000 + Draw(counter).below(1 << 34)),
    };
    let mut all = BTreeMap::new();
    for (path, value) in registers(n, version) {
        let sibling = Sibling { dot, value, base_value: Value::NULL };
        all.insert(FieldPath::new(path)?, Register { siblings: vec![sibling], ..Register::default() });
    }
    Ok(Record { merchant_id: MerchantId::new(id(n))?, registers: all, edits: BTreeMap::from([(dot, meta)]) })
}

fn page(changes: Vec<Change>, complete: bool) -> ChangesPage {
    ChangesPage {
        epoch: "e1".to_owned(),
        next_cursor: changes.iter().map(|change| change.seq).max().unwrap_or_default(),
        changes,
        complete,
        server_hlc: Hlc::at_ms(1_700_000_000_000),
        rules_version: 1,
        ..ChangesPage::default()
    }
}

fn memory_mb(what: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1024.0
}

async fn make(folder: &Path, merchants: u64) -> Result<(), Failure> {
    let cache = Cache::open(folder).await?;
    let have = cache.stores(&StoresQuery::default()).await?.all;
    let mut applying = Duration::ZERO;
    let mut next = have;
    while next < merchants {
        let end = (next + PAGE_ROWS).min(merchants);
        let changes: Result<Vec<_>, Failure> =
            (next..end).map(|n| Ok(Change::new(n + 1, record(n, n + 1, 0)?))).collect();
        let page = page(changes?, end == merchants);
        let begun = Instant::now();
        cache.apply_page(page).await?;
        applying += begun.elapsed();
        next = end;
    }
    println!("pages of {} merchants: {applying:.1?}", merchants - have);
    let begun = Instant::now();
    cache.index_all().await?;
    println!("index: {:.1?}; peak of memory {:.0} MB", begun.elapsed(), memory_mb("VmHWM:"));
    cache.close().await;
    println!("file: {} MB", std::fs::metadata(folder.join(FILE_NAME))?.len() / 1_000_000);
    Ok(())
}

/// Times of one kind of question.
struct Times(&'static str, Vec<Duration>, u64);

impl Times {
    fn print(mut self) {
        self.1.sort_unstable();
        let at = |share: usize| self.1[(self.1.len() * share / 100).min(self.1.len() - 1)].as_secs_f64() * 1e3;
        println!("| {} | {} | {} | {:.1} | {:.1} | {:.1} |", self.0, self.1.len(), self.2, at(50), at(95), at(100));
    }
}

async fn time(cache: &Cache, what: &'static str, questions: Vec<StoresQuery>) -> Result<(), Failure> {
    let (mut times, mut most) = (Vec::new(), 0);
    for query in questions {
        let query = StoresQuery { limit: WINDOW_ROWS, ..query };
        let begun = Instant::now();
        let answer = cache.stores(&query).await?;
        times.push(begun.elapsed());
        let wanted = u64::from(WINDOW_ROWS).min(answer.total.saturating_sub(query.offset));
        if answer.rows.len() as u64 != wanted {
            return Err(format!("{} rows of {wanted} for {query:?}", answer.rows.len()).into());
        }
        most = most.max(answer.total);
    }
    Times(what, times, most).print();
    Ok(())
}

fn typed(text: impl Into<String>) -> StoresQuery {
    StoresQuery { text: text.into(), ..StoresQuery::default() }
}

fn field(path: &str) -> Result<FieldPath, Failure> {
    Ok(FieldPath::new(path)?)
}

/// A text of some merchant.
fn text_of(draw: &mut Draw, merchants: u64, path: &str) -> String {
    let registers = registers(draw.below(merchants), 0);
    registers.into_iter().find(|(name, _)| name == path).map(|(_, value)| value.plain()).unwrap_or_default()
}

fn part(draw: &mut Draw, text: &str, length: usize) -> String {
    let characters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let from = draw.below((characters.len().saturating_sub(length) + 1) as u64) as usize;
    characters.iter().skip(from).take(length).collect()
}

fn spoken(name: &str) -> (String, String) {
    use pinyin::ToPinyin;
    let syllables: Vec<&str> = name.chars().map_while(|c| Some(c.to_pinyin()?.plain())).take(4).collect();
    let whole = syllables.concat().replace('ü', "v");
    (whole, syllables.iter().map(|syllable| &syllable[..1]).collect())
}

async fn ask(folder: &Path, questions: usize) -> Result<(), Failure> {
    let begun = Instant::now();
    let cache = Cache::open(folder).await?;
    let opened = begun.elapsed();
    let begun = Instant::now();
    let all = cache.stores(&StoresQuery { limit: WINDOW_ROWS, ..StoresQuery::default() }).await?.all;
    println!("{all} merchants; open {opened:.1?}, first window {:.1?}, {:.0} MB", begun.elapsed(), memory_mb("VmRSS:"));
    println!("| question | asked | most rows | p50 ms | p95 ms | max ms |\n|---|--:|--:|--:|--:|--:|");
    let mut draw = Draw(42);
    let mut many = |make: &mut dyn FnMut(&mut Draw) -> StoresQuery| -> Vec<StoresQuery> {
        (0..questions).map(|_| make(&mut draw)).collect()
    };
    searches(&cache, all, &mut many).await?;
    println!("| memory {:.0} MB | | | | | |", memory_mb("VmRSS:"));
    orders(&cache, all, &mut many).await?;
    filters(&cache, all, &mut many).await?;
    println!("| memory {:.0} MB | | | | | |", memory_mb("VmRSS:"));
    facets(&cache, questions).await?;
    after_saves(&cache, all, questions).await?;
    let cache = while_pulling(cache, all, questions).await?;
    println!("| memory {:.0} MB, peak {:.0} MB | | | | | |", memory_mb("VmRSS:"), memory_mb("VmHWM:"));
    cache.close().await;
    Ok(())
}

type Many<'m> = dyn FnMut(&mut dyn FnMut(&mut Draw) -> StoresQuery) -> Vec<StoresQuery> + 'm;

async fn searches(cache: &Cache, all: u64, many: &mut Many<'_>) -> Result<(), Failure> {
    // The order in memory is made by the first question.
    time(cache, "first search of a process", vec![typed("店")]).await?;
    let frequent: Vec<StoresQuery> = "店市区路街号老火面小大北京".chars().map(typed).collect();
    time(cache, "one character, frequent", frequent).await?;
    time(
        cache,
        "one character of a name",
        many(&mut |draw| {
            let name = text_of(draw, all, "name");
            typed(part(draw, &name, 1))
        }),
    )
    .await?;
    for (what, length) in [("two characters of a name", 2), ("three of a name", 3), ("five of a name", 5)] {
        time(
            cache,
            what,
            many(&mut |draw| {
                let name = text_of(draw, all, "name");
                typed(part(draw, &name, length))
            }),
        )
        .await?;
    }
    time(cache, "whole address", many(&mut |draw| typed(text_of(draw, all, "address")))).await?;
    time(cache, "one letter", "abcdefghjklmnopqrstwxyz".chars().map(typed).collect()).await?;
    time(
        cache,
        "two letters",
        many(&mut |draw| typed(spoken(&text_of(draw, all, "name")).0.chars().take(2).collect::<String>())),
    )
    .await?;
    time(cache, "pinyin", many(&mut |draw| typed(spoken(&text_of(draw, all, "name")).0))).await?;
    time(cache, "initials", many(&mut |draw| typed(spoken(&text_of(draw, all, "name")).1))).await?;
    for (what, length) in
        [("one digit", 1), ("three digits", 3), ("phone fragment of 5", 5), ("phone fragment of 8", 8)]
    {
        time(
            cache,
            what,
            many(&mut |draw| {
                let phone = text_of(draw, all, "phones.primary");
                typed(part(draw, &phone[3..], length))
            }),
        )
        .await?;
    }
    time(cache, "id", many(&mut |draw| typed(id(draw.below(all))))).await?;
    let mut by_letter = Vec::new();
    for query in many(&mut |draw| typed(text_of(draw, all, "name"))).into_iter().take(12) {
        let letters: Vec<char> = query.text.chars().collect();
        by_letter.extend((1..=letters.len()).map(|end| typed(letters[..end].iter().collect::<String>())));
        let letters = spoken(&query.text).0;
        by_letter.extend((1..=letters.len()).map(|end| typed(&letters[..end])));
    }
    time(cache, "typed letter by letter", by_letter).await?;
    time(
        cache,
        "two words, by name",
        many(&mut |draw| {
            let text = format!("{} {}", text_of(draw, all, "category"), text_of(draw, all, "region"));
            StoresQuery { sort: StoreSort::Name, ..typed(text) }
        }),
    )
    .await
}

async fn orders(cache: &Cache, all: u64, many: &mut Many<'_>) -> Result<(), Failure> {
    let sorts = [
        ("by time", StoreSort::Updated),
        ("by name", StoreSort::Name),
        ("by id", StoreSort::Id),
        ("by address", StoreSort::Address),
        ("by category", StoreSort::Category),
        ("by region", StoreSort::Field(field("region")?)),
        ("by custom.seats", StoreSort::Field(field("custom.seats")?)),
        ("by phone", StoreSort::Field(field("phones.primary")?)),
        ("by custom.contract (500,000 values)", StoreSort::Field(field("custom.contract")?)),
    ];
    for (what, sort) in sorts {
        let window =
            |offset, descending| StoresQuery { sort: sort.clone(), offset, descending, ..StoresQuery::default() };
        let begun = Instant::now();
        cache.stores(&StoresQuery { limit: WINDOW_ROWS, ..window(all / 2, false) }).await?;
        println!("| {what}, first middle window {:.0} ms | | | | | |", begun.elapsed().as_secs_f64() * 1e3);
        time(cache, what, many(&mut |draw| window(draw.below(all), draw.below(2) == 0))).await?;
        let ends = [0, 100, 1_000, all / 2, all - 100, all - 5_000];
        time(
            cache,
            "  beginning, middle, end",
            ends.iter().flat_map(|at| [window(*at, false), window(*at, true)]).collect(),
        )
        .await?;
    }
    Ok(())
}

async fn filters(cache: &Cache, all: u64, many: &mut Many<'_>) -> Result<(), Failure> {
    let any = |path: &str, of: Vec<String>| -> Result<Condition, Failure> {
        Ok(Condition { field: field(path)?, test: Test::AnyOf(of) })
    };
    let sorts = [StoreSort::Updated, StoreSort::Name, StoreSort::Address, StoreSort::Field(field("custom.seats")?)];
    let sort = |draw: &mut Draw| sorts[draw.below(4) as usize].clone();
    for sort in &sorts {
        // Made ready, as above.
        cache.stores(&StoresQuery { sort: sort.clone(), offset: all / 2, limit: 1, ..StoresQuery::default() }).await?;
    }
    let with = |draw: &mut Draw, conditions: Vec<Condition>| StoresQuery {
        conditions,
        sort: sort(draw),
        descending: draw.below(2) == 0,
        offset: draw.below(2) * draw.below(all / 40),
        ..StoresQuery::default()
    };
    let mut failed = None;
    let mut or = |made: Result<Condition, Failure>| match made {
        Ok(condition) => vec![condition],
        Err(failure) => {
            failed = Some(failure);
            Vec::new()
        }
    };
    time(
        cache,
        "category is one of three, four orders",
        many(&mut |draw| {
            let of = (0..3).map(|_| draw.of(&FOODS).to_owned()).collect();
            with(draw, or(any("category", of)))
        }),
    )
    .await?;
    time(
        cache,
        "category, status and tag",
        many(&mut |draw| {
            let mut all = or(any("category", vec![draw.of(&FOODS).to_owned()]));
            all.extend(or(any("status", vec!["open".to_owned()])));
            all.extend(or(any("tags", vec![draw.of(&TAGS).to_owned()])));
            with(draw, all)
        }),
    )
    .await?;
    time(
        cache,
        "region contains a character",
        many(&mut |draw| {
            let test = Test::Contains(character(draw, CHARACTERS).to_string());
            with(draw, or(field("region").map(|field| Condition { field, test })))
        }),
    )
    .await?;
    time(
        cache,
        "name contains two characters, not closed",
        many(&mut |draw| {
            let name = text_of(draw, all, "name");
            let test = Test::Contains(part(draw, &name, 2));
            let mut all = or(field("name").map(|field| Condition { field, test }));
            all.extend(or(
                field("status").map(|field| Condition { field, test: Test::NoneOf(vec!["closed".to_owned()]) })
            ));
            with(draw, all)
        }),
    )
    .await?;
    time(
        cache,
        "seats from 50 to 80",
        many(&mut |draw| {
            let mut all =
                or(field("custom.seats").map(|field| Condition { field, test: Test::AtLeast("50".to_owned()) }));
            all.extend(or(field("custom.seats").map(|field| Condition { field, test: Test::AtMost("80".to_owned()) })));
            with(draw, all)
        }),
    )
    .await?;
    time(
        cache,
        "no contract, words, by name",
        many(&mut |draw| {
            let all_of = or(field("custom.contract").map(|field| Condition { field, test: Test::NotSet }));
            let name = text_of(draw, all, "name");
            StoresQuery { text: part(draw, &name, 2), sort: StoreSort::Name, ..with(draw, all_of) }
        }),
    )
    .await?;
    time(
        cache,
        "what waits",
        many(&mut |draw| StoresQuery { filter: StoreFilter::Pending, offset: 0, ..with(draw, Vec::new()) }),
    )
    .await?;
    failed.map_or(Ok(()), Err)
}

async fn facets(cache: &Cache, questions: usize) -> Result<(), Failure> {
    let (mut draw, mut times) = (Draw(7), Vec::new());
    let fields = vec![field("category")?, field("status")?, field("tags")?, field("region")?];
    for at in 0..questions {
        let query = typed(if at % 2 == 0 { String::new() } else { character(&mut draw, CHARACTERS).to_string() });
        let begun = Instant::now();
        cache.facets(&FacetsQuery { query, fields: fields.clone() }).await?;
        times.push(begun.elapsed());
    }
    Times("counts of four fields", times, 0).print();
    let (mut times, mut most) = (Vec::new(), 0);
    for food in FOODS {
        let begun = Instant::now();
        most = most.max(cache.ids_of(&StoresQuery { category: Some(food.to_owned()), ..typed("") }).await?.ids.len());
        times.push(begun.elapsed());
    }
    Times("all ids of a category", times, most as u64).print();
    Ok(())
}

async fn after_saves(cache: &Cache, all: u64, questions: usize) -> Result<(), Failure> {
    let (mut draw, mut saves, mut lists, mut deep, mut searches) = (Draw(11), vec![], vec![], vec![], vec![]);
    for at in 0..questions as u64 {
        let value = |text: String| Value::text(text);
        let name = format!("春风{}号小馆", at + 1);
        let writes = vec![Write { field: field("name")?, base_value: Value::NULL, value: value(name) }];
        let draft = Draft::new(MerchantId::new(id(draw.below(all)))?, writes, Source::Manual);
        let begun = Instant::now();
        cache.save(draft, None).await?;
        saves.push(begun.elapsed());
        for (times, query) in [
            (&mut lists, StoresQuery { limit: WINDOW_ROWS, ..typed("") }),
            (
                &mut deep,
                StoresQuery { limit: WINDOW_ROWS, offset: draw.below(all), sort: StoreSort::Name, ..typed("") },
            ),
            (&mut searches, StoresQuery { limit: WINDOW_ROWS, ..typed(format!("春风{}号", at + 1)) }),
        ] {
            let begun = Instant::now();
            let found = cache.stores(&query).await?;
            times.push(begun.elapsed());
            if found.total == 0 {
                return Err(format!("{query:?} does not find what was saved").into());
            }
        }
    }
    Times("a save", saves, 0).print();
    Times("after a save: first window", lists, 0).print();
    Times("after a save: any window by name", deep, 0).print();
    Times("after a save: search for it", searches, 0).print();
    let begun = Instant::now();
    cache.index_all().await?;
    println!("| indexing {questions} saves {:.0} ms | | | | | |", begun.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

/// Pages of changes come, and are indexed, as fast as they can.
async fn while_pulling(cache: Cache, all: u64, questions: usize) -> Result<Cache, Failure> {
    let cache = Arc::new(cache);
    let ended = Arc::new(AtomicBool::new(false));
    let (puller, stop) = (Arc::clone(&cache), Arc::clone(&ended));
    let pulling = tokio::spawn(async move {
        let (mut draw, mut seq, mut pages) = (Draw(13), all * 2, 0);
        while !stop.load(Ordering::Relaxed) {
            let changes: Result<Vec<_>, Failure> = (0..500)
                .map(|_| {
                    seq += 1;
                    Ok(Change::new(seq, record(draw.below(all), seq, seq)?))
                })
                .collect();
            puller.apply_page(page(changes?, false)).await?;
            puller.index_chunk().await?;
            pages += 1;
        }
        Ok::<u64, Failure>(pages)
    });
    let (mut draw, mut lists, mut deep, mut searches) = (Draw(17), vec![], vec![], vec![]);
    for _ in 0..questions {
        let name = text_of(&mut draw, all, "name");
        for (times, query) in [
            (&mut lists, StoresQuery { limit: WINDOW_ROWS, ..typed("") }),
            (&mut deep, StoresQuery { limit: WINDOW_ROWS, offset: draw.below(all), ..typed("") }),
            (&mut searches, StoresQuery { limit: WINDOW_ROWS, ..typed(part(&mut draw, &name, 2)) }),
        ] {
            let begun = Instant::now();
            cache.stores(&query).await?;
            times.push(begun.elapsed());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    ended.store(true, Ordering::Relaxed);
    let pages = pulling.await??;
    Times("during a pull: first window", lists, pages * 500).print();
    Times("during a pull: any window by time", deep, 0).print();
    Times("during a pull: two characters", searches, 0).print();
    Arc::try_unwrap(cache).map_err(|_| "the cache is still used".into())
}
