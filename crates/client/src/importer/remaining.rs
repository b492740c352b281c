//! Columns that find their place only when it is known where the others went: what may be the name, and what belongs to
//! the address.

use std::sync::LazyLock;

use domain::FieldPath;
use domain::ipc::MappingReason;
use regex::Regex;

use super::by_cells::{is_degrees, is_location, is_number};
use super::columns::{Column, Columns, Target, Wishes};
use super::header_words::{by_rule, forms};

/// What a column of names may be called where none is called a name, the likeliest first. Two of one kind are none: nobody
/// knows which.
const NAMES: [&str; 5] = [
    r"^(门店|門店|店铺|店鋪|店面|商户|商戶|商家|店家|餐厅|餐廳|shop|store|merchant|restaurant|outlet)$",
    r"^(trading|dba|poi|premises|location|facility|venue|pharmacy|hotel|hospital|clinic|organi[sz]ation)[ _-]?name$|^(dba|title)$",
    r"^(名字|(招牌|门头|門頭)(名称|名稱|名)?)$",
    r"^(分店|分公司)(名称|名稱|名)$|^branch[ _-]?name$",
    r"^((单位|單位|企业|企業|公司)(名称|名稱|全称|全稱|名)?|company( name)?)$",
];
/// What the name ends with of the only column that has names.
const NAME_ENDINGS: [&str; 3] = ["名称", "名稱", " name"];
/// Names of what is no store.
const NO_STORE_NAMES: [&str; 30] = [
    "owner", "user", "contact", "first", "last", "middle", "manager", "host", "file", "product", "item", "customer",
    "brand", "field", "street", "city", "country", "state", "domain", "stop", "产品", "商品", "用户", "字段", "文件",
    "wifi", "项目", "活动", "品牌", "菜品",
];
/// What may be the address where nothing else is.
const STREETS: &str = r"^(street|strasse( nr)?|straße)$";
/// What may be a telephone number where nothing is called so.
const CONTACTS: &str = r"^contacts?$";
/// What stands in front of an address, from the largest.
const FRONTS: [&str; 4] = [
    r"^pname$|^(所在|所属)?(省|省份|省[/ 、]?市|省[/ 、]?市[/ 、]?[区區县縣]|省(份)?/直辖市)$",
    r"^cityname$|^(所在|所属)?(市|城市|地级市|地市|市/州)$",
    r"^adname$|^(所在|所属)?([区區]|[县縣]|[区區][/ 、]?[县縣]|[县縣][/ 、]?[区區]|行政[区區])$",
    r"^(所在|所属)?(街道|乡镇|鄉鎮|街道[/ 、]?乡镇|乡镇[/ 、]?街道)$",
];
/// The city is said in many lists without being meant as a part of the address.
const CITY: usize = 1;
/// The next lines of an address.
const LINE: &str = r"^((store|shop|street|full|merchant)[ _-]?)?(address|addr\.?)([ _-]?line)?[ _-]?[2-4]$";

struct Patterns {
    names: Vec<Regex>,
    fronts: Vec<Regex>,
    line: Option<Regex>,
    streets: Option<Regex>,
    contacts: Option<Regex>,
}

static COMPILED: LazyLock<Patterns> = LazyLock::new(|| {
    // A test holds that all of them compile.
    let all = |patterns: &[&str]| patterns.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect();
    let one = |pattern: &str| Regex::new(pattern).ok();
    let (line, streets, contacts) = (one(LINE), one(STREETS), one(CONTACTS));
    Patterns { names: all(&NAMES), fronts: all(&FRONTS), line, streets, contacts }
});

fn is_called(column: &Column, pattern: &Regex) -> bool {
    forms(&column.header).iter().any(|form| pattern.is_match(form))
}

/// Nobody said where it goes, or that it goes nowhere.
fn is_free(column: &Column) -> bool {
    column.target.is_none() && matches!(column.reason, MappingReason::Unknown)
}

/// Gives such columns their place.
pub(super) fn place(columns: &mut Columns, wishes: &Wishes<'_>) {
    name(columns, wishes.first_cells);
    better_name(columns, wishes.varieties);
    whole_address(columns, wishes.first_cells);
    address(columns);
    contact(columns, wishes.first_cells);
    degrees(columns, wishes.first_cells);
}

fn goes(columns: &Columns, wanted: &Target) -> bool {
    columns.targets.iter().any(|(_, target)| target == wanted)
}

fn send(columns: &mut Columns, n: usize, target: Target, pattern: &str) {
    columns.targets.retain(|(other, _)| *other != n);
    columns.targets.push((n, target.clone()));
    let column = &mut columns.all[n];
    (column.target, column.reason) = (Some(target), MappingReason::Rule { pattern: pattern.to_owned() });
}

fn name(columns: &mut Columns, first_cells: &[String]) {
    let name = Target::Register(FieldPath::fixed("name"));
    if columns.targets.iter().any(|(_, target)| *target == name) {
        return;
    }
    // A branch and a company are worth less than a name.
    let can_be = |column: &Column| is_free(column) || matches!(column.reason, MappingReason::Rule { .. });
    // A column of numbers has ids.
    let has_words =
        |n: usize| first_cells.get(n).is_none_or(|cell| cell.is_empty() || cell.contains(char::is_alphabetic));
    for pattern in &COMPILED.names {
        let all = columns.all.iter().enumerate();
        let called: Vec<usize> = all
            .filter(|(n, column)| can_be(column) && is_called(column, pattern) && has_words(*n))
            .map(|(n, _)| n)
            .collect();
        if let [n] = called.as_slice() {
            return send(columns, *n, name, pattern.as_str());
        }
    }
    let is_named = |column: &Column| {
        let forms = forms(&column.header);
        let of_another = |form: &String| NO_STORE_NAMES.iter().any(|other| form.contains(other));
        let ends = |form: &String| NAME_ENDINGS.iter().any(|ending| form.ends_with(ending));
        forms.iter().any(ends) && !forms.iter().any(of_another)
    };
    let all = columns.all.iter().enumerate();
    let named: Vec<usize> =
        all.filter(|(n, column)| is_free(column) && is_named(column) && has_words(*n)).map(|(n, _)| n).collect();
    if let [n] = named.as_slice() {
        send(columns, *n, name, "(名称|名稱| name)$");
    }
}

/// Of two columns that are called names, the brand and its stores, the one that says more takes the place.
fn better_name(columns: &mut Columns, varieties: &[usize]) {
    let name = Target::Register(FieldPath::fixed("name"));
    let variety = |n: usize| varieties.get(n).copied().unwrap_or(0);
    let by_itself = |column: &Column| matches!(column.reason, MappingReason::Rule { .. });
    let Some((first, _)) = columns.targets.iter().find(|(n, target)| *target == name && by_itself(&columns.all[*n]))
    else {
        return;
    };
    let first = *first;
    let others = columns.all.iter().enumerate().filter(|(_, column)| column.reason == MappingReason::Taken);
    let named = others.filter_map(|(n, column)| Some((n, by_rule(&column.header).filter(|(to, _)| *to == name)?.1)));
    let best = named.max_by_key(|(n, _)| (variety(*n), usize::MAX - n)).filter(|(n, _)| variety(*n) > variety(first));
    if let Some((n, pattern)) = best {
        columns.targets.retain(|(other, _)| *other != first);
        (columns.all[first].target, columns.all[first].reason) = (None, MappingReason::Taken);
        send(columns, n, name, pattern);
    }
}

/// A location in words, or a street, where there is no address.
fn whole_address(columns: &mut Columns, first_cells: &[String]) {
    let address = Target::Register(FieldPath::fixed("address"));
    if goes(columns, &address) {
        return;
    }
    let says = |n: usize| first_cells.get(n).is_some_and(|cell| !reading::is_empty(cell));
    let mut free = columns.all.iter().enumerate().filter(|(n, column)| is_free(column) && says(*n));
    let street = |column: &Column| COMPILED.streets.as_ref().is_some_and(|pattern| is_called(column, pattern));
    if let Some((n, _)) = free.find(|(_, column)| is_location(&column.header) || street(column)) {
        send(columns, n, address, STREETS);
    }
}

/// A contact is a number where its cells are and no other column has any.
fn contact(columns: &mut Columns, first_cells: &[String]) {
    let Some(pattern) = COMPILED.contacts.as_ref().filter(|_| !goes(columns, &Target::Phones)) else { return };
    let is_contact = |(n, column): &(usize, &Column)| {
        is_free(column) && is_called(column, pattern) && first_cells.get(*n).is_some_and(|cell| is_number(cell))
    };
    if let Some((n, _)) = columns.all.iter().enumerate().find(is_contact) {
        send(columns, n, Target::Phones, CONTACTS);
    }
}

/// `x` and `y` are longitude and latitude where they hold degrees and no other column does.
fn degrees(columns: &mut Columns, first_cells: &[String]) {
    if [Target::Latitude, Target::Longitude, Target::Coordinates].iter().any(|target| goes(columns, target)) {
        return;
    }
    let called = |letter: &str, most: f64| {
        let is_it = |(n, column): &(usize, &Column)| {
            is_free(column)
                && column.header.trim().eq_ignore_ascii_case(letter)
                && first_cells.get(*n).is_some_and(|cell| is_degrees(cell, most))
        };
        columns.all.iter().enumerate().find(is_it).map(|(n, _)| n)
    };
    if let (Some(x), Some(y)) = (called("x", 180.0), called("y", 90.0)) {
        send(columns, x, Target::Longitude, "^x$");
        send(columns, y, Target::Latitude, "^y$");
    }
}

fn address(columns: &mut Columns) {
    let address = Target::Register(FieldPath::fixed("address"));
    let by_itself =
        |column: &Column| column.target.as_ref() == Some(&address) && !matches!(column.reason, MappingReason::ByHand);
    if !columns.all.iter().any(by_itself) {
        return;
    }
    for n in 0..columns.all.len() {
        let column = &columns.all[n];
        if let Some(line) = COMPILED.line.as_ref().filter(|line| is_free(column) && is_called(column, line)) {
            send(columns, n, address.clone(), line.as_str());
        }
    }
    fronts(columns);
}

fn fronts(columns: &mut Columns) {
    let rank = |column: &Column| COMPILED.fronts.iter().position(|pattern| is_called(column, pattern));
    let region = Target::Register(FieldPath::fixed("region"));
    let (mut found, mut is_asked) = (Vec::new(), false);
    for (n, column) in columns.all.iter().enumerate() {
        let is_front = column.target == Some(Target::AddressFront);
        let is_region = column.target.as_ref() == Some(&region) && !matches!(column.reason, MappingReason::ByHand);
        let may_be = is_front || is_region || is_free(column) || matches!(column.reason, MappingReason::Taken);
        let rank = rank(column);
        if is_front || may_be && rank.is_some() {
            is_asked |= is_front || rank != Some(CITY);
            found.push((rank, n));
        }
    }
    if !is_asked {
        return;
    }
    found.sort_unstable();
    columns.targets.retain(|(_, target)| *target != Target::AddressFront);
    for (rank, n) in found {
        // A city fills the region too.
        columns.targets.push((n, Target::AddressFront));
        let column = &mut columns.all[n];
        if let (None, Some(rank)) = (&column.target, rank) {
            let reason = MappingReason::Rule { pattern: FRONTS[rank].to_owned() };
            (column.target, column.reason) = (Some(Target::AddressFront), reason);
        }
    }
}

/// By what a region's name ends.
const ENDINGS: [&str; 8] = ["省", "市", "区", "區", "县", "縣", "州", "旗"];
/// What stands in a column of districts or cities where there is none.
const NO_REGION: [&str; 3] = ["市辖区", "市辖县", "县"];

/// An address with a region before it, unless it says it already.
pub(super) fn in_front(region: &str, address: &str) -> Option<String> {
    let region = region.trim();
    if reading::is_empty(region) || NO_REGION.contains(&region) {
        return None;
    }
    let is_said = match ENDINGS.iter().any(|ending| region.ends_with(ending)) {
        true => address.contains(region),
        false => {
            let rest = address.match_indices(region).map(|(at, _)| &address[at + region.len()..]);
            rest.into_iter().any(|rest| ENDINGS.iter().any(|ending| rest.starts_with(ending)))
        }
    };
    let between = if region.is_ascii() { ", " } else { "" };
    (!is_said).then(|| [region, between, address].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_said_once() {
        assert_eq!((COMPILED.names.len(), COMPILED.fronts.len()), (NAMES.len(), FRONTS.len()), "each compiles");
        assert!([&COMPILED.line, &COMPILED.streets, &COMPILED.contacts].iter().all(|pattern| pattern.is_some()));
        for (region, address, expected) in [
            ("朝阳区", "建国路1号", Some("朝阳区建国路1号")),
            ("北京", "北京路1号", Some("北京北京路1号")),
            ("北京", "北京市朝阳区建国路1号", None),
            ("北京市", "北京市朝阳区建国路1号", None),
            ("市辖区", "朝阳区建国路1号", None),
            ("-", "建国路1号", None),
            ("", "建国路1号", None),
        ] {
            assert_eq!(in_front(region, address).as_deref(), expected, "{region} {address}");
        }
    }
}
