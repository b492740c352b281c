//! The dialog: which fields, which values.

use domain::ipc::BulkRequest;
use leptos::prelude::*;

use super::wish::WishRow;
use super::wishes::{About, Wish, registers};
use crate::components::Icon;
use crate::declared;
use crate::i18n::stores;
use crate::pages::bulk::{BulkDialog, Flow};
use crate::pages::stores::asked::page;
use crate::pages::stores::state::ListState;
use crate::words::field::field_label;

/// What people call what a wish is about.
pub fn about_label(about: &About) -> String {
    match about {
        About::Field(path) => field_label(path),
        About::AddTags => stores::bulk_add_tags().to_owned(),
        About::RemoveTags => stores::bulk_remove_tags().to_owned(),
        About::Hours => stores::bulk_hours().to_owned(),
        About::Closure => field_label("closure"),
        About::Declared(field) => field_label(field.path().as_str()),
        About::Custom => stores::bulk_custom().to_owned(),
    }
}

/// The dialog.
#[component]
pub fn BulkEdit(list: ListState, flow: Flow) -> impl IntoView {
    let wishes = RwSignal::new(Vec::<(u64, Wish)>::new());
    let next = StoredValue::new(0_u64);
    let add = move |about: About| {
        let n = next.get_value() + 1;
        next.set_value(n);
        wishes.update(|wishes| wishes.push((n, Wish::new(about))));
    };
    // Each bulk edit begins with one empty wish; going back from the preview keeps what was typed.
    Effect::new(move |was_open: Option<bool>| {
        let open = flow.open.get();
        if open && was_open != Some(true) {
            wishes.set(Vec::new());
            add(About::Field("status"));
        }
        open
    });
    let count = Memo::new(move |_| {
        let total = list.cache.with(|cache| cache.total());
        list.chosen.with(|chosen| chosen.count(total))
    });
    let request = Memo::new(move |_| {
        let stores = list.chosen.with(|chosen| chosen.stores(|| list.query.with(|query| page(query, 0)), None))?;
        let wishes: Vec<Wish> = wishes.with(|wishes| wishes.iter().map(|(_, wish)| wish.clone()).collect());
        let (registers, typed) = registers(&wishes)?;
        Some(BulkRequest { stores, registers, typed })
    });
    // What is wrong with a wish is said beside it.
    let says_itself =
        Callback::new(move |field: String| wishes.with(|wishes| wishes.iter().any(|(_, wish)| wish.is_about(&field))));
    let unused = move || {
        let used: Vec<About> = wishes.with(|wishes| wishes.iter().map(|(_, wish)| wish.about.clone()).collect());
        // Several custom fields have a name each.
        let all = About::all(&declared::schema());
        all.into_iter().filter(|about| *about == About::Custom || !used.contains(about)).collect::<Vec<_>>()
    };
    view! {
        <BulkDialog flow=flow title=Signal::derive(move || stores::bulk_title(count.get())) request=request says_itself=says_itself>
            <div class="txt col g12">
                <p>{move || stores::bulk_text(count.get())}</p>
                <ul class="wishes">
                    <For each=move || wishes.get() key=|(n, wish)| (*n, wish.about.key()) let:row>
                        <WishRow n=row.0 wishes=wishes list=list problem=flow.problem />
                    </For>
                </ul>
                <label class="row sm">
                    <Icon name="plus" size="s" />
                    <select
                        class="in sm w200"
                        data-testid="bulk-add"
                        aria-label=stores::bulk_add
                        on:change=move |event| {
                            if let Some(about) = About::of(&declared::schema_untracked(), &event_target_value(&event)) {
                                add(about);
                            }
                            if let Some(select) = event_select(&event) {
                                select.set_value("");
                            }
                        }
                    >
                        <option value="">{stores::bulk_add}</option>
                        {move || {
                            unused()
                                .into_iter()
                                .map(|about| view! { <option value=about.key()>{about_label(&about)}</option> })
                                .collect_view()
                        }}
                    </select>
                </label>
            </div>
        </BulkDialog>
    }
}

fn event_select(event: &web_sys::Event) -> Option<web_sys::HtmlSelectElement> {
    use wasm_bindgen::JsCast;
    event.target().and_then(|target| target.dyn_into().ok())
}
