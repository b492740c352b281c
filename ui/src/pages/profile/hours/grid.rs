//! The week as a drawing that can be painted on, beside the text of each day. Whatever the drawing can do, the text
//! can; and two clicks do what dragging does.

use chrono::{Datelike, Timelike};
use domain::hours::Span;
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::axis::{Axis, WIDTH};
use super::hand::{Deed, Hand, Step};
use super::now_line::shop_time;
use super::spans::{DAY, Refused, around};
use super::{DAYS, Typed, all_typed, fill, typed, typed_text};
use crate::clock::use_now;
use crate::components::{Icon, Segment, Segmented};
use crate::i18n::{hours as words, profile};
use crate::keyboard::is_composing;
use crate::pages::profile::editor::{Editor, focus, input_id};
use crate::pages::profile::fields::{ContestedNote, Message, MovedNote, PendingMark};
use crate::words::field::field_label;
use crate::words::time;
use crate::words::value::hours_text;

/// Where the cursor is when nobody has moved it yet, in minutes.
const MORNING: u16 = 540;

/// What all rows share.
#[derive(Clone, Copy)]
struct Desk {
    editor: Editor,
    hand: RwSignal<Hand>,
    /// Why the last stroke was refused.
    refused: RwSignal<Option<&'static str>>,
    /// Is the mouse button down, and has it moved?
    dragging: StoredValue<Option<bool>>,
    axis: Memo<Axis>,
}

fn clock(minute: u16) -> String {
    if minute >= DAY {
        profile::next_day(format!("{}:{:02}", (minute - DAY) / 60, minute % 60))
    } else {
        format!("{}:{:02}", minute / 60, minute % 60)
    }
}

fn refusal(why: Refused) -> &'static str {
    match why {
        Refused::NextDay => words::refused_next_day(),
        Refused::TooLong => words::refused_too_long(),
        Refused::TooMany => words::refused_too_many(),
    }
}

impl Desk {
    /// May this day be painted? If not, says why.
    fn may_paint(&self, day: usize) -> bool {
        let why = untrack(|| {
            if self.editor.is_locked(DAYS[day % 7]) {
                Some(words::refused_locked())
            } else if typed(self.editor, day) == Typed::Unreadable {
                Some(words::refused_unreadable())
            } else {
                None
            }
        });
        self.refused.set(why);
        why.is_none()
    }
    fn carry_out(&self, deed: Deed) {
        let day = self.hand.with_untracked(|hand| hand.day);
        match deed {
            Deed::Moved => self.refused.set(None),
            Deed::Painted(spans) => {
                self.refused.set(None);
                fill(self.editor, day, typed_text(&spans));
            }
            Deed::Refused(why) => self.refused.set(Some(refusal(why))),
            Deed::EditText => {
                focus(DAYS[day % 7]);
            }
        }
    }
    fn key(&self, event: &KeyboardEvent) {
        if is_composing(event) || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let (key, days) = (event.key(), untrack(|| all_typed(self.editor)));
        let paints = event.shift_key() || matches!(key.as_str(), " " | "Delete" | "Backspace");
        let mut hand = self.hand.get_untracked();
        let Some(deed) = hand.key(&key, event.shift_key(), &days) else { return };
        event.prevent_default();
        event.stop_propagation();
        if paints && !self.may_paint(hand.day) {
            return;
        }
        let other_day = hand.day != self.hand.with_untracked(|hand| hand.day);
        let day = hand.day;
        self.hand.set(hand);
        self.carry_out(deed);
        if other_day {
            focus_bar(day);
        }
    }
    fn minute_at(&self, event: &PointerEvent) -> Option<u16> {
        let bar = event.current_target()?.dyn_into::<web_sys::Element>().ok()?;
        let place = bar.get_bounding_client_rect();
        let share = (f64::from(event.client_x()) - place.left()) / place.width().max(1.0);
        Some(self.axis.get_untracked().minute(share))
    }
    fn press(&self, event: &PointerEvent, day: usize) {
        let Some(minute) = self.minute_at(event).filter(|_| event.button() == 0) else { return };
        if !self.may_paint(day) {
            return;
        }
        if let Some(bar) = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
            // Without it a drag that leaves the bar is not heard: then it ends there.
            let _ = bar.set_pointer_capture(event.pointer_id());
        }
        let ends = self.hand.with_untracked(|hand| hand.stroke.is_some() && hand.day == day);
        let days = untrack(|| all_typed(self.editor));
        let mut hand = self.hand.get_untracked();
        let deed = hand.press(day, minute, &days);
        if ends {
            hand.lift();
        }
        self.hand.set(hand);
        self.dragging.set_value((!ends).then_some(false));
        self.carry_out(deed);
    }
    fn drag(&self, event: &PointerEvent) {
        let (Some(_), Some(minute)) = (self.dragging.get_value(), self.minute_at(event)) else { return };
        let mut hand = self.hand.get_untracked();
        let Some(deed) = hand.drag(minute) else { return };
        self.dragging.set_value(Some(true));
        self.hand.set(hand);
        self.carry_out(deed);
    }
    fn release(&self) {
        let dragged = self.dragging.get_value();
        self.dragging.set_value(None);
        // A click that did not move waits for the click on the end.
        if dragged == Some(true) {
            self.hand.update(Hand::lift);
        }
    }
    /// What the line below the drawing says.
    fn says(&self) -> String {
        let hand = self.hand.get();
        let day = time::weekday(hand.day);
        if let Some(why) = self.refused.get() {
            return why.to_owned();
        }
        if let Some(stroke) = &hand.stroke {
            let from = clock(stroke.anchor);
            return if stroke.open { words::stroke_open(day, from) } else { words::stroke_close(day, from) };
        }
        match around(&typed(self.editor, hand.day).spans(), hand.minute) {
            Some(span) => words::at_open(day, clock(hand.minute), hours_text(Some(&[span]))),
            None => words::at_closed(day, clock(hand.minute)),
        }
    }
}

fn focus_bar(day: usize) {
    let bar = document().get_element_by_id(&format!("week-bar-{day}"));
    if let Some(bar) = bar.and_then(|bar| bar.dyn_into::<web_sys::HtmlElement>().ok()) {
        // An element that is gone has no focus to take.
        let _ = bar.focus();
    }
}

/// The days: their text, and the same as bars.
#[component]
pub fn Grid(editor: Editor) -> impl IntoView {
    let hand = RwSignal::new(Hand { minute: MORNING, ..Hand::default() });
    let axis = Memo::new(move |_| {
        let days = all_typed(editor);
        Axis::of(days.iter().map(Vec::as_slice), hand.with(|hand| hand.minute))
    });
    let desk = Desk { editor, hand, refused: RwSignal::new(None), dragging: StoredValue::new(None), axis };
    let ticks = move || {
        let axis = axis.get();
        axis.ticks()
            .map(|minute| {
                let x = axis.x(minute);
                let anchor = if x <= 0.0 { "start" } else if x >= WIDTH { "end" } else { "middle" };
                let label = if minute > DAY { profile::next_day_6().to_owned() } else { (minute / 60).to_string() };
                view! { <text x=x.clamp(1.0, WIDTH - 1.0).to_string() y="14" text-anchor=anchor font-size="12" fill="var(--ink-3)">{label}</text> }
            })
            .collect_view()
    };
    let steps = vec![
        Segment::new(Step::Quarter, || words::step_15().to_owned()),
        Segment::new(Step::Half, || words::step_30().to_owned()),
    ];
    let bad = move || desk.refused.with(Option::is_some);
    view! {
        <table class="week" aria-label=profile::week aria-describedby="week-help">
            <thead>
                <tr>
                    <th></th>
                    <td class="t"></td>
                    <td>
                        <svg class="bars" viewBox=format!("0 0 {WIDTH} 20") height="20" aria-hidden="true">{ticks}</svg>
                    </td>
                </tr>
            </thead>
            <tbody>{(0..7).map(|day| view! { <Day desk=desk day=day /> }).collect_view()}</tbody>
        </table>
        <div class="row week-foot">
            <span class="grow xs" class:fg-bad=bad role="status" data-testid="week-says">
                {move || bad().then(|| view! { <Icon name="bad" size="s" /> })}
                {move || desk.says()}
            </span>
            <Segmented
                kind="sm"
                label=Signal::derive(|| words::step().to_owned())
                segments=steps
                chosen=Signal::derive(move || hand.with(|hand| hand.step))
                on_choose=move |step| hand.update(|hand| hand.step = step)
            />
        </div>
        <details class="said grid-help">
            <summary>{words::grid_keys}</summary>
            <span id="week-help">{words::grid_help}</span>
        </details>
    }
}

#[component]
fn Day(desk: Desk, day: usize) -> impl IntoView {
    let editor = desk.editor;
    let path = DAYS[day % 7];
    let now = use_now();
    let text = Memo::new(move |_| editor.draft.with(|draft| draft.text(path)));
    let bad = Memo::new(move |_| editor.message(path, &text.get()).is_some_and(|(error, _)| error));
    let locked = Memo::new(move |_| editor.is_locked(path));
    let today = Memo::new(move |_| shop_time(editor, now.get()).weekday().num_days_from_monday() as usize == day);
    let queued = Memo::new(move |_| editor.pending(path).is_some());
    let typed_in = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        editor.draft.update(|draft| draft.type_text(path, value.clone()));
        editor.check(path, path, value);
    };
    let id = input_id(path);
    view! {
        <tr class:today=today class:queued=queued>
            <th scope="row">
                <label for=id.clone()>{move || time::weekday(day)}</label>
            </th>
            <td class="t">
                <input
                    id=id.clone()
                    class="in sm"
                    autocomplete="off"
                    spellcheck="false"
                    readonly=locked
                    placeholder=move || (day == 0).then(|| profile::example("10:00-22:00"))
                    aria-label=move || field_label(path)
                    aria-invalid=move || bad.get().then_some("true")
                    aria-describedby=format!("{id}-m")
                    data-testid=format!("field-{path}")
                    prop:value=text
                    on:input=typed_in
                />
            </td>
            <td><Bar desk=desk day=day queued=queued today=today /></td>
        </tr>
        <tr class="says">
            <th></th>
            <td colspan="2">
                <div class="row wrap"><PendingMark editor=editor shown=path /></div>
                <Message editor=editor key=path text=text />
                <ContestedNote editor=editor shown=path />
                <MovedNote editor=editor path=path />
            </td>
        </tr>
    }
}

/// The drawing of one day: a slider whose thumb is the cursor.
#[component]
fn Bar(desk: Desk, day: usize, queued: Memo<bool>, today: Memo<bool>) -> impl IntoView {
    let now = use_now();
    let (editor, hand, axis) = (desk.editor, desk.hand, desk.axis);
    let here = Memo::new(move |_| hand.with(|hand| hand.day == day));
    let spans = Memo::new(move |_| typed(editor, day).spans());
    let rect = move |from: u16, to: u16, class: &'static str| {
        let (x, width) = axis.get().bar(from, to);
        view! { <rect x=x.to_string() y="7" width=width.to_string() height="14" rx="3" class=class></rect> }
    };
    let bars = move || {
        let class = if queued.get() { "open queued" } else { "open" };
        let open = |span: &Span| rect(span.start_min, span.end_min, class);
        let late = |span: &Span| (span.end_min > DAY).then(|| rect(DAY, span.end_min, "late"));
        spans.with(|spans| (spans.iter().map(open).collect_view(), spans.iter().filter_map(late).collect_view()))
    };
    let marks = move || {
        let axis = axis.get();
        axis.hours()
            .filter(|minute| (1.0..WIDTH - 1.0).contains(&axis.x(*minute)))
            .map(|minute| {
                let x = axis.x(minute).to_string();
                let class = if minute % 360 == 0 { "six" } else { "hour" };
                view! { <line x1=x.clone() y1="7" x2=x y2="21" class=class></line> }
            })
            .collect_view()
    };
    let clock_line = move || {
        today.get().then(|| {
            let now = shop_time(editor, now.get());
            let minute = u16::try_from(now.hour() * 60 + now.minute()).unwrap_or(0);
            let x = axis.get().x(minute).to_string();
            view! { <line x1=x.clone() y1="4" x2=x y2="24" class="now-mark"></line> }
        })
    };
    let cursor = move || {
        here.get().then(|| {
            let hand = hand.get();
            let (x, width) = axis.get().bar(hand.minute, hand.minute + hand.step.minutes());
            let class = if hand.stroke.is_some() { "cursor on" } else { "cursor" };
            view! { <rect x=x.to_string() y="3" width=width.to_string() height="22" rx="2" class=class></rect> }
        })
    };
    let value_text = move || {
        if here.get() { desk.says() } else { hours_text(Some(&spans.get())) }
    };
    view! {
        <div
            id=format!("week-bar-{day}")
            class="paint"
            role="slider"
            tabindex=move || if here.get() { "0" } else { "-1" }
            aria-label=move || words::bar(time::weekday(day))
            aria-describedby="week-help"
            aria-valuemin="0"
            aria-valuemax="1800"
            aria-valuenow=move || hand.with(|hand| if hand.day == day { hand.minute } else { MORNING }).to_string()
            aria-valuetext=value_text
            data-testid=format!("week-bar-{day}")
            on:keydown=move |event| desk.key(&event)
            on:focus=move |_| {
                if hand.with_untracked(|hand| hand.day != day) {
                    hand.update(|hand| (hand.day, hand.stroke) = (day, None));
                }
            }
            on:pointerdown=move |event| desk.press(&event, day)
            on:pointermove=move |event| desk.drag(&event)
            on:pointerup=move |_| desk.release()
            on:pointercancel=move |_| desk.release()
        >
            <svg class="bars" viewBox=format!("0 0 {WIDTH} 28") preserveAspectRatio="none" aria-hidden="true">
                <rect x="0" y="7" width=WIDTH.to_string() height="14" rx="3" fill="var(--track)"></rect>
                {bars}
                {marks}
                {clock_line}
                {cursor}
            </svg>
        </div>
    }
}
