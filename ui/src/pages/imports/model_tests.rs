//! What the model promises.

use std::collections::BTreeMap;

use domain::ErrorCode;
use domain::ipc::{
    ImportColumn, ImportProgress, ImportRequest, ImportState, ImportSummary, IpcError, MappingReason, PastImport,
    RowOutcome, RowReport, RowShown,
};
use serde_json::json;

use super::model::*;
use crate::i18n::{Language, set_lang};

fn row(number: u64, outcome: &str) -> RowReport {
    RowReport::new(number, RowOutcome::parse(outcome))
}

fn counts(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
    pairs.iter().map(|(word, n)| ((*word).to_owned(), *n)).collect()
}

fn column(header: &str, target: Option<&str>) -> ImportColumn {
    ImportColumn {
        header: header.to_owned(),
        target: target.map(str::to_owned),
        reason: MappingReason::Unknown,
        samples: Vec::new(),
    }
}

fn past(file_name: &str, source: &str, state: ImportState) -> PastImport {
    PastImport {
        import_id: "1".to_owned(),
        source: source.to_owned(),
        file_name: file_name.to_owned(),
        state,
        rows: 3,
        counts: counts(&[("create", 2), ("invalid", 1)]),
        actor_name: "林".to_owned(),
        begun_at: chrono::DateTime::default(),
        ended_at: None,
    }
}

#[test]
fn every_outcome_belongs_to_one_group_and_all_counts_every_row() {
    let table = [
        ("create", Group::Create),
        ("update", Group::Update),
        ("unchanged", Group::Unchanged),
        ("duplicate-of:3", Group::Duplicate),
        ("invalid:hours:overlap", Group::Invalid),
        ("skip:blank", Group::Skipped),
    ];
    for (text, group) in table {
        let outcome = RowOutcome::parse(text);
        assert_eq!(Group::of(&outcome), group);
        assert_eq!(count(&counts(&[(outcome.counted_as(), 7), ("other", 1)]), group), 7, "{text}");
    }
    let all = counts(&[("create", 38), ("update", 612), ("unchanged", 598), ("duplicate-of", 9), ("invalid", 27)]);
    assert_eq!(count(&all, Group::All), 1284);
    assert_eq!((to_save(&all), failed(&all)), (650, 36));
}

#[test]
fn remarks_name_the_field_and_the_reason() {
    let table = [
        ("hours:overlap", Some("hours"), Reason::Code(ErrorCode::Overlap)),
        ("name:missing", Some("name"), Reason::Code(ErrorCode::Required)),
        ("code:duplicate", Some("code"), Reason::IdTwice),
        ("code:leading_zeros_suspected", Some("code"), Reason::ZerosLost),
        ("phone:leading_zero_restored", Some("phone"), Reason::ZeroRestored),
        ("possible_duplicate:12", None, Reason::Perhaps("12".to_owned())),
        ("duplicate:BJ-0187", None, Reason::Like("BJ-0187".to_owned())),
        ("name:something_new", Some("name"), Reason::Other("something_new".to_owned())),
        ("note:formula", Some("note"), Reason::Formula),
    ];
    for (text, field, reason) in table {
        let remark = Remark::parse(text, false);
        assert_eq!((remark.field.as_deref(), remark.reason), (field, reason), "{text}");
    }
}

#[test]
fn what_keeps_a_row_out_comes_before_what_should_be_looked_at() {
    let mut both = row(4, "invalid:hours:overlap");
    both.problems = vec!["hours:overlap".to_owned(), "phone:too_short".to_owned()];
    both.warnings = vec!["opened:bad_date".to_owned()];
    let said: Vec<(bool, Option<String>)> =
        Remark::all(&both).into_iter().map(|remark| (remark.is_error, remark.field)).collect();
    assert_eq!(
        said,
        [(true, Some("hours".to_owned())), (true, Some("phone".to_owned())), (false, Some("opened".to_owned()))]
    );
    // An outcome without problems of its own still says why.
    assert_eq!(Remark::all(&row(5, "invalid:name:required"))[0].reason, Reason::Code(ErrorCode::Required));
    assert_eq!(Remark::all(&row(6, "duplicate-of:2"))[0].reason, Reason::Like("2".to_owned()));
}

#[test]
fn the_table_has_a_line_for_everything_that_is_said() {
    let mut first = row(1, "create");
    first.normalised = json!({ "name": "美味小馆" });
    let mut second = row(2, "update");
    second.normalised = json!({ "name": "蜀香阁" });
    let mut found = row(2, "update");
    found.warnings = vec!["possible_duplicate:1".to_owned(), "note:formula".to_owned()];
    let bad = row(300, "invalid:name:required");
    let progress = ImportProgress { rows: 400, remarkable: vec![found, bad], ..ImportProgress::default() };
    let all = lines(&[first.clone(), second], &progress, Group::All);
    let shown: Vec<(u64, bool, &str)> = all.iter().map(|line| (line.row, line.first, line.store.as_str())).collect();
    assert_eq!(shown, [(1, true, "美味小馆"), (2, true, "蜀香阁"), (2, false, "蜀香阁"), (300, true, "")]);
    assert_eq!(rows_listed(&all), 3);
    assert_eq!(lines(std::slice::from_ref(&first), &progress, Group::Invalid).len(), 1);
    // Rows that the run has not come to are not shown as if it had.
    let begun = ImportProgress { rows: 0, ..ImportProgress::default() };
    assert_eq!(lines(&[first], &begun, Group::All), []);
}

#[test]
fn a_row_that_failed_shows_its_name_and_the_cell_that_is_wrong() {
    let mut bad = row(300, "invalid:phone:too_short");
    (bad.problems, bad.warnings) = (vec!["phone:too_short".to_owned()], vec!["note:formula".to_owned()]);
    let cells = [("phone".to_owned(), "1380013".to_owned())].into();
    bad.shown = Some(Box::new(RowShown { name: "蜀香阁".to_owned(), cells }));
    let progress = ImportProgress { rows: 400, remarkable: vec![bad], ..ImportProgress::default() };
    let all = lines(&[], &progress, Group::Invalid);
    let shown: Vec<(&str, &str)> = all.iter().map(|line| (line.store.as_str(), line.typed.as_str())).collect();
    assert_eq!(shown, [("蜀香阁", "1380013"), ("蜀香阁", "")]);
}

#[test]
fn only_rows_near_the_screen_are_drawn() {
    assert_eq!(visible(0.0, 520.0, 10_000), 0..19);
    assert_eq!(visible(52_000.0, 520.0, 10_000), 992..1019);
    assert_eq!(visible(-5.0, 0.0, 3), 0..3);
    assert_eq!(visible(1e9, 520.0, 40), 40..40);
}

#[test]
fn paths_of_every_system_are_understood() {
    let table = [
        ("/home/me/stores.csv", "stores.csv", "/home/me/", true),
        ("C:\\Users\\me\\门店.xlsx", "门店.xlsx", "C:\\Users\\me\\", true),
        ("\\\\server\\share\\a.csv", "a.csv", "\\\\server\\share\\", true),
        ("stores.csv", "stores.csv", "", false),
        ("/home/me/", "", "/home/me/", false),
        ("", "", "", false),
    ];
    for (path, name, dir, whole) in table {
        assert_eq!((file_name(path), folder(path), is_whole_path(path)), (name, dir, whole), "{path}");
    }
    assert_eq!(clean_path("  \"/a/b c.csv\" "), "/a/b c.csv");
    assert_eq!(clean_path("file:///a/b.csv"), "/a/b.csv");
    assert_eq!(clean_path("'"), "'");
    assert_eq!(beside("/a/stores.csv.gz", "failed.csv"), "/a/stores-failed.csv");
}

#[test]
fn a_column_has_one_target_by_hand() {
    let map = map_by_hand(&[], "电话", "phone");
    let map = map_by_hand(&map, "备注", "");
    let map = map_by_hand(&map, "电话", "note");
    assert_eq!(map, [(String::new(), "备注".to_owned()), ("note".to_owned(), "电话".to_owned())]);
}

#[test]
fn a_column_can_be_kept_under_its_own_name() {
    let known = ["name".to_owned(), "custom.NAME".to_owned()];
    assert_eq!(targets(&known, &column("店长 微信", None)), ["name", "custom.店长_微信"]);
    assert_eq!(targets(&known, &column("", None)), ["name"]);
    assert_eq!(
        targets(&known, &column("a.b", Some("custom.other"))),
        ["name", "custom.a_b", "custom.other"],
        "what is chosen can be seen"
    );
    assert!(domain::FieldPath::new(custom_target("店长 微信")).is_ok());
    assert!(is_enough(&[column("x", Some("name"))]) && !is_enough(&[column("x", Some("code")), column("y", None)]));
    assert_eq!(mapped(&[column("x", Some("code")), column("y", None)]), 1);
}

#[test]
fn another_file_forgets_what_was_said_of_the_old_one() {
    let before = ImportRequest {
        encoding: Some("Big5".to_owned()),
        sheet: Some("一".to_owned()),
        map: vec![("name".to_owned(), "x".to_owned())],
        lenient: true,
        ..ImportRequest::default()
    };
    let now = request_for("/a/b.csv".to_owned(), "b".to_owned(), &before);
    assert_eq!((now.encoding, now.sheet, now.map, now.lenient), (None, None, Vec::new(), true));
}

#[test]
fn an_import_is_undone_once() {
    for (state, can) in [
        (ImportState::Running, true),
        (ImportState::Cancelled, true),
        (ImportState::Done, true),
        (ImportState::Undoing, true),
        (ImportState::Undone, false),
    ] {
        assert_eq!(can_undo(&past("a.csv", "a", state)), can, "{state:?}");
    }
    let mut nothing = past("a.csv", "a", ImportState::Done);
    nothing.counts.clear();
    assert!(!can_undo(&nothing));
}

#[test]
fn a_step_shows_its_own_run_only() {
    let ended = |dry_run, cancelled| ImportProgress {
        dry_run,
        summary: Some(ImportSummary { cancelled, dry_run, ..ImportSummary::default() }),
        ..ImportProgress::default()
    };
    let error = IpcError { code: ErrorCode::BadFile, message: String::new(), field: None };
    let broken = ImportProgress { dry_run: true, error: Some(error.clone()), ..ImportProgress::default() };
    let table = [
        (ended(true, false), true, Stand::Done),
        (ended(true, false), false, Stand::Waiting),
        (ended(false, true), false, Stand::Cancelled),
        (broken, true, Stand::Failed(error)),
        (ImportProgress { running: true, ..ImportProgress::default() }, false, Stand::Running),
        (ImportProgress::default(), false, Stand::Waiting),
    ];
    for (progress, dry_run, stands) in table {
        assert_eq!(stand(&progress, dry_run), stands);
    }
}

#[test]
fn an_undo_says_only_what_it_did() {
    let table = [
        (
            25,
            0,
            "已删除 25 家新建的门店；上传在后台进行。",
            "25 new stores deleted. These changes are sent in the background.",
        ),
        (0, 1, "已恢复 1 家的原值；上传在后台进行。", "1 store restored. The change is sent in the background."),
        (
            1,
            1_200,
            "已删除 1 家新建的门店，恢复 1,200 家的原值；上传在后台进行。",
            "1 new store deleted, 1,200 restored. These changes are sent in the background.",
        ),
        (0, 0, "没有可以恢复的内容。", "There was nothing to take back."),
    ];
    for (deleted, restored, chinese, english) in table {
        for (language, expected) in [(Language::Chinese, chinese), (Language::English, english)] {
            set_lang(language);
            assert_eq!(undone_words(deleted, restored), expected);
        }
    }
}

#[test]
fn what_a_file_leaves_in_doubt_is_said_once_each() {
    let mut summary = ImportSummary::default();
    assert_eq!(doubts_of_file(&summary), []);
    summary.zeros_suspected_late = 2;
    summary.file.hidden_rows = 3;
    summary.country_wanted = 5;
    summary.file.skipped_sheets = vec!["说明".to_owned()];
    assert_eq!(
        doubts_of_file(&summary),
        [
            FileDoubt::SheetsLeftOut(vec!["说明".to_owned()]),
            FileDoubt::HiddenRows(3),
            FileDoubt::ZerosLost(2),
            FileDoubt::CountryWanted(5),
        ]
    );
}
