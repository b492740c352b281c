//! How large an element is, as a signal.

use leptos::html::ElementType;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

/// Width and height of an element's inside, in CSS pixels; zeros until it is laid out.
pub fn use_size<E>(element: NodeRef<E>) -> Signal<(f64, f64)>
where
    E: ElementType,
    E::Output: JsCast + Clone + 'static,
{
    let size = RwSignal::new((0.0, 0.0));
    let observer = StoredValue::new_local(None::<(web_sys::ResizeObserver, Closure<dyn FnMut()>)>);
    Effect::new(move |_| {
        let Some(element) = element.get().map(|element| element.unchecked_into::<web_sys::Element>()) else { return };
        let measured = element.clone();
        let measure = move || {
            let now = (f64::from(measured.client_width()), f64::from(measured.client_height()));
            if size.try_get_untracked().is_some_and(|before| before != now) {
                size.set(now);
            }
        };
        measure();
        let heard = Closure::<dyn FnMut()>::new(measure);
        if let Ok(observing) = web_sys::ResizeObserver::new(heard.as_ref().unchecked_ref()) {
            observing.observe(&element);
            // The one before, of an element that is gone, ends here.
            let before = observer.try_update_value(|kept| kept.replace((observing, heard)));
            if let Some(Some((before, _))) = before {
                before.disconnect();
            }
        }
    });
    on_cleanup(move || {
        if let Some(Some((observing, _))) = observer.try_update_value(Option::take) {
            observing.disconnect();
        }
    });
    size.into()
}
