//! Which rows are on the screen, and which are known.

use std::collections::BTreeMap;
use std::ops::Range;

use domain::ipc::{StoreFilter, StoreRow, StoreSort, StoresPage, StoresQuery};

/// Rows that are asked for at once.
pub const PAGE_ROWS: u64 = 200;
/// Pages that are kept; the ones farthest from the screen go first.
pub const PAGES_MAX: usize = 24;
/// Height of a row, in CSS pixels: `--h-row` of the style sheet.
pub const ROW_PX: f64 = 40.0;
/// Rows beyond each edge of the screen that are drawn too.
const OVERSCAN: u64 = 10;
/// The drawn rows change in steps of this many, so that a slow scroll does not redraw at every pixel.
const STEP: u64 = 5;

/// What the list shows, apart from where it is scrolled to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// What was typed.
    pub text: String,
    /// What waits.
    pub filter: StoreFilter,
    /// Category.
    pub category: Option<String>,
    /// Business status.
    pub status: Option<String>,
    /// Order.
    pub sort: StoreSort,
    /// Backwards?
    pub descending: bool,
}

impl ListQuery {
    /// The question for one page.
    pub fn page(&self, page: u64) -> StoresQuery {
        StoresQuery {
            text: self.text.trim().to_owned(),
            filter: self.filter,
            category: self.category.clone(),
            status: self.status.clone(),
            sort: self.sort.clone(),
            descending: self.descending,
            offset: page * PAGE_ROWS,
            limit: u32::try_from(PAGE_ROWS).unwrap_or(u32::MAX),
            ..StoresQuery::default()
        }
    }
    /// Does it leave anything out?
    pub fn narrows(&self) -> bool {
        !self.text.trim().is_empty()
            || self.filter != StoreFilter::All
            || self.category.is_some()
            || self.status.is_some()
    }
    /// The same without filters.
    #[must_use]
    pub fn widened(&self) -> Self {
        Self { sort: self.sort.clone(), descending: self.descending, ..Self::default() }
    }
    /// A heading was pressed: order by it, or turn the order round.
    pub fn sort_by(&mut self, sort: StoreSort) {
        self.descending = self.sort == sort && !self.descending;
        self.sort = sort;
    }
    /// For `aria-sort`. "Changed" starts with the newest.
    pub fn aria_sort(&self, sort: &StoreSort) -> Option<&'static str> {
        (self.sort == *sort).then_some(if self.descending == (*sort == StoreSort::Updated) {
            "ascending"
        } else {
            "descending"
        })
    }
}

/// The rows to draw for a scroll position.
pub fn visible(scroll_px: f64, view_px: f64, total: u64) -> Range<u64> {
    // Positive and far below 2^53.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let row_at = |px: f64| (px.max(0.0) / ROW_PX).floor() as u64;
    let first = row_at(scroll_px).saturating_sub(OVERSCAN) / STEP * STEP;
    let last = (row_at(scroll_px + view_px) + 1 + OVERSCAN).div_ceil(STEP) * STEP;
    first.min(total)..last.min(total)
}

/// Where to scroll so that a row is on the screen; nothing if it is there already. `head_px` is covered by the heading.
pub fn scroll_to(row: u64, scroll_px: f64, view_px: f64, head_px: f64) -> Option<f64> {
    #[allow(clippy::cast_precision_loss)]
    let top = row as f64 * ROW_PX;
    if top < scroll_px {
        Some(top)
    } else if top + ROW_PX + head_px > scroll_px + view_px {
        Some(top + ROW_PX + head_px - view_px)
    } else {
        None
    }
}

#[derive(Clone, Debug)]
struct CachedPage {
    rows: Vec<StoreRow>,
    epoch: u64,
}

/// Rows that are known. What is out of date still shows until it is asked again.
#[derive(Clone, Debug, Default)]
pub struct PageCache {
    query: ListQuery,
    loaded: bool,
    epoch: u64,
    counts: StoresPage,
    pages: BTreeMap<u64, CachedPage>,
}

impl PageCache {
    /// Rows of its question.
    pub fn total(&self) -> u64 {
        self.counts.total
    }
    /// The newest counts; their `rows` are empty.
    pub fn counts(&self) -> &StoresPage {
        &self.counts
    }
    /// Has anything been answered?
    pub fn is_loaded(&self) -> bool {
        self.loaded
    }
    /// Is it about this question?
    pub fn is_about(&self, query: &ListQuery) -> bool {
        self.loaded && self.query == *query
    }
    /// A row, if it is known.
    pub fn row(&self, index: u64) -> Option<&StoreRow> {
        self.pages.get(&(index / PAGE_ROWS))?.rows.get(usize::try_from(index % PAGE_ROWS).ok()?)
    }
    /// The pages to ask for so that these rows show, in order; `epoch` rises with each announced change.
    pub fn wanted(&self, query: &ListQuery, epoch: u64, rows: Range<u64>) -> Vec<u64> {
        if !self.is_about(query) {
            return vec![0];
        }
        let last = if rows.is_empty() { rows.start / PAGE_ROWS } else { (rows.end - 1) / PAGE_ROWS };
        (rows.start / PAGE_ROWS..=last)
            .filter(|page| self.pages.get(page).is_none_or(|cached| cached.epoch != epoch))
            .collect()
    }
    /// Takes an answer in. Says whether the list is another one now.
    pub fn put(&mut self, query: &ListQuery, epoch: u64, page: u64, mut answer: StoresPage) -> bool {
        let other = !self.is_about(query);
        if other {
            self.pages.clear();
            self.query = query.clone();
        }
        let rows = std::mem::take(&mut answer.rows);
        if other || epoch >= self.epoch {
            self.epoch = epoch;
            self.counts = answer;
            self.loaded = true;
        }
        // Rows behind the end of a list that became shorter are not there any more.
        let pages = self.counts.total.div_ceil(PAGE_ROWS).max(1);
        self.pages.retain(|known, _| *known < pages);
        self.pages.insert(page, CachedPage { rows, epoch });
        while self.pages.len() > PAGES_MAX {
            let far = self.pages.keys().copied().max_by_key(|known| known.abs_diff(page));
            match far {
                Some(far) => self.pages.remove(&far),
                None => break,
            };
        }
        other
    }
}

#[cfg(test)]
mod tests {
    use domain::MerchantId;

    use super::*;

    fn row(n: u64) -> StoreRow {
        StoreRow {
            id: MerchantId::new(format!("S-{n}")).unwrap(),
            name: format!("店 {n}"),
            address: String::new(),
            region: String::new(),
            category: String::new(),
            status: String::new(),
            hours: vec![None; 7],
            queued: 0,
            rejected: 0,
            contested: 0,
            in_review: 0,
            updated_at: None,
            values: BTreeMap::new(),
        }
    }

    fn answer(page: u64, total: u64) -> StoresPage {
        let rows = (page * PAGE_ROWS..((page + 1) * PAGE_ROWS).min(total)).map(row).collect();
        StoresPage { total, all: total, rows, ..StoresPage::default() }
    }

    #[test]
    fn the_drawn_rows_cover_the_screen_and_stay_few() {
        for total in [0, 1, 15, 10_000, 100_000] {
            for scroll in [0.0, 17.0, 4_000.0, 399_999.0, 3_999_400.0] {
                let rows = visible(scroll, 600.0, total);
                assert!(rows.end <= total && rows.start <= rows.end);
                assert!(rows.end - rows.start <= 48, "{rows:?}");
                let first = (scroll / ROW_PX) as u64;
                if first + 15 < total {
                    assert!(rows.contains(&first) && rows.contains(&(first + 15)), "{scroll}: {rows:?}");
                }
            }
        }
    }

    #[test]
    fn scrolling_goes_no_farther_than_needed() {
        assert_eq!(scroll_to(3, 0.0, 600.0, 34.0), None);
        assert_eq!(scroll_to(0, 200.0, 600.0, 34.0), Some(0.0));
        assert_eq!(scroll_to(20, 0.0, 600.0, 34.0), Some(20.0 * 40.0 + 40.0 + 34.0 - 600.0));
    }

    #[test]
    fn pages_are_asked_once_and_again_after_a_change() {
        let query = ListQuery::default();
        let mut cache = PageCache::default();
        assert_eq!(cache.wanted(&query, 0, 0..30), vec![0]);
        assert!(cache.put(&query, 0, 0, answer(0, 1000)));
        assert_eq!(cache.wanted(&query, 0, 0..30), Vec::<u64>::new());
        assert_eq!(cache.wanted(&query, 0, 190..230), vec![1]);
        assert_eq!(cache.wanted(&query, 1, 0..30), vec![0]);
        assert_eq!(cache.row(7), Some(&row(7)), "the old row shows while it is asked again");
        assert!(!cache.put(&query, 1, 1, answer(1, 1000)));
        assert_eq!(cache.row(399), Some(&row(399)));
        assert_eq!(cache.row(400), None);
    }

    #[test]
    fn another_question_keeps_the_old_rows_until_its_answer() {
        let mut cache = PageCache::default();
        cache.put(&ListQuery::default(), 0, 0, answer(0, 500));
        let typed = ListQuery { text: "美味".to_owned(), ..ListQuery::default() };
        assert_eq!(cache.wanted(&typed, 0, 300..330), vec![0]);
        assert_eq!(cache.total(), 500);
        assert!(cache.put(&typed, 0, 0, answer(0, 3)));
        assert_eq!((cache.total(), cache.row(3)), (3, None));
    }

    #[test]
    fn far_pages_are_forgotten() {
        let (query, mut cache) = (ListQuery::default(), PageCache::default());
        for page in 0..100 {
            cache.put(&query, 0, page, answer(page, 100_000));
        }
        assert!(cache.row(99 * PAGE_ROWS).is_some() && cache.row(0).is_none());
        assert_eq!(cache.pages.len(), PAGES_MAX);
    }

    #[test]
    fn a_shorter_list_loses_its_end() {
        let (query, mut cache) = (ListQuery::default(), PageCache::default());
        cache.put(&query, 0, 1, answer(1, 400));
        cache.put(&query, 1, 0, answer(0, 10));
        assert_eq!((cache.total(), cache.row(200)), (10, None));
    }

    #[test]
    fn headings_turn_the_order_round() {
        let mut query = ListQuery::default();
        assert_eq!(query.aria_sort(&StoreSort::Updated), Some("descending"));
        query.sort_by(StoreSort::Name);
        assert_eq!(
            (query.aria_sort(&StoreSort::Name), query.aria_sort(&StoreSort::Updated)),
            (Some("ascending"), None)
        );
        query.sort_by(StoreSort::Name);
        assert_eq!(query.aria_sort(&StoreSort::Name), Some("descending"));
        query.sort_by(StoreSort::Updated);
        assert_eq!(query.aria_sort(&StoreSort::Updated), Some("descending"));
    }
}
