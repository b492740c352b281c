//! Which rows are known, and which are to be asked for.

use std::collections::BTreeMap;
use std::ops::Range;

use domain::ipc::{StoreRow, StoresPage, StoresQuery};

use super::asked::finds_the_same;

/// Rows that are asked for at once.
pub const PAGE_ROWS: u64 = 200;
/// Pages that are kept; the ones farthest from the screen go first.
pub const PAGES_MAX: usize = 24;

#[derive(Clone, Debug)]
struct CachedPage {
    rows: Vec<StoreRow>,
    epoch: u64,
    columns: Vec<domain::FieldPath>,
}

/// Rows that are known. What is out of date still shows until it is asked again.
#[derive(Clone, Debug, Default)]
pub struct PageCache {
    query: StoresQuery,
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
    /// Is it about this question, whatever its columns?
    pub fn is_about(&self, query: &StoresQuery) -> bool {
        self.loaded && finds_the_same(&self.query, query)
    }
    /// A row, if it is known.
    pub fn row(&self, index: u64) -> Option<&StoreRow> {
        self.pages.get(&(index / PAGE_ROWS))?.rows.get(usize::try_from(index % PAGE_ROWS).ok()?)
    }
    /// The pages to ask for: first those of rows that one can see, then their neighbours; `epoch` rises with each
    /// announced change.
    pub fn wanted(&self, query: &StoresQuery, epoch: u64, seen: Range<u64>) -> Vec<u64> {
        if !self.is_about(query) {
            return vec![0];
        }
        let first = seen.start / PAGE_ROWS;
        let last = if seen.is_empty() { first } else { (seen.end - 1) / PAGE_ROWS };
        let behind = self.total().div_ceil(PAGE_ROWS).max(1);
        let ahead = (last + 1..last + 2).filter(|page| *page < behind);
        let pages = (first..=last).chain(ahead).chain(first.checked_sub(1));
        pages
            .filter(|page| {
                self.pages.get(page).is_none_or(|cached| cached.epoch != epoch || cached.columns != query.columns)
            })
            .collect()
    }
    /// Takes an answer in. Says whether the list is another one now.
    pub fn put(&mut self, query: &StoresQuery, epoch: u64, page: u64, mut answer: StoresPage) -> bool {
        let other = !self.is_about(query);
        if other {
            self.pages.clear();
        }
        self.query = query.clone();
        let rows = std::mem::take(&mut answer.rows);
        if other || epoch >= self.epoch {
            self.epoch = epoch;
            self.counts = answer;
            self.loaded = true;
        }
        // Rows behind the end of a list that became shorter are not there any more.
        let pages = self.counts.total.div_ceil(PAGE_ROWS).max(1);
        self.pages.retain(|known, _| *known < pages);
        self.pages.insert(page, CachedPage { rows, epoch, columns: query.columns.clone() });
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
            hours: domain::opening::OpeningHours::default(),
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
    fn pages_are_asked_once_and_again_after_a_change() {
        let query = StoresQuery::default();
        let mut cache = PageCache::default();
        assert_eq!(cache.wanted(&query, 0, 0..30), vec![0]);
        assert!(cache.put(&query, 0, 0, answer(0, 1000)));
        assert_eq!(cache.wanted(&query, 0, 0..30), vec![1], "the next page is there before one scrolls to it");
        assert_eq!(cache.wanted(&query, 0, 190..230), vec![1, 2]);
        assert_eq!(cache.wanted(&query, 0, 990..1000), vec![4, 3]);
        assert_eq!(cache.wanted(&query, 1, 0..30), vec![0, 1]);
        assert_eq!(cache.row(7), Some(&row(7)), "the old row shows while it is asked again");
        assert!(!cache.put(&query, 1, 1, answer(1, 1000)));
        assert_eq!(cache.row(399), Some(&row(399)));
        assert_eq!(cache.row(400), None);
    }

    #[test]
    fn other_columns_are_asked_for_where_one_is() {
        let mut query = StoresQuery::default();
        let mut cache = PageCache::default();
        cache.put(&query, 0, 1, answer(1, 1000));
        query.columns = vec![domain::FieldPath::new("region").unwrap()];
        assert_eq!(cache.wanted(&query, 0, 210..230), vec![1, 2, 0]);
        assert_eq!(cache.row(210), Some(&row(210)), "the old cells show meanwhile");
        assert!(!cache.put(&query, 0, 1, answer(1, 1000)), "it is the same list");
        assert_eq!(cache.wanted(&query, 0, 210..230), vec![2, 0]);
    }

    #[test]
    fn another_question_keeps_the_old_rows_until_its_answer() {
        let mut cache = PageCache::default();
        cache.put(&StoresQuery::default(), 0, 0, answer(0, 500));
        let typed = StoresQuery { text: "美味".to_owned(), ..StoresQuery::default() };
        assert_eq!(cache.wanted(&typed, 0, 300..330), vec![0]);
        assert_eq!(cache.total(), 500);
        assert!(cache.put(&typed, 0, 0, answer(0, 3)));
        assert_eq!((cache.total(), cache.row(3)), (3, None));
    }

    #[test]
    fn far_pages_are_forgotten() {
        let (query, mut cache) = (StoresQuery::default(), PageCache::default());
        for page in 0..100 {
            cache.put(&query, 0, page, answer(page, 100_000));
        }
        assert!(cache.row(99 * PAGE_ROWS).is_some() && cache.row(0).is_none());
        assert_eq!(cache.pages.len(), PAGES_MAX);
    }

    #[test]
    fn a_shorter_list_loses_its_end() {
        let (query, mut cache) = (StoresQuery::default(), PageCache::default());
        cache.put(&query, 0, 1, answer(1, 400));
        cache.put(&query, 1, 0, answer(0, 10));
        assert_eq!((cache.total(), cache.row(200)), (10, None));
    }
}
