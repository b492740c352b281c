//! Walks through all pages in a real window and writes a picture of each: in light and dark, Chinese and English.
//!
//! Called by `./dev run --headless`. Environment: `MERCHANT_CONSOLE_BIN`, `MERCHANT_CONSOLE_SERVER_BIN`,
//! `MERCHANT_CONSOLE_OUT` (the folder of the pictures) and `MERCHANT_CONSOLE_MERCHANTS`. What the pages show came about
//! by the real command line: edits that wait, edits that met, a decision that came too late.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use tests::seat::{Seat, pictures};
use tests::webdriver::key;
use tests::world::{Device, World};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Size of a window on a laptop, in pixels.
const FULL: (u32, u32) = (1280, 800);
/// A small one.
const SMALL: (u32, u32) = (960, 600);
const LANGUAGES: [(&str, &str); 2] = [("zh", "zh-CN"), ("en", "en")];
const THEMES: [(&str, u32); 2] = [("light", 2), ("dark", 3)];
/// Looks at the screen until two are the same; something that turns for ever never is.
const LOOKS_MAX: usize = 8;

#[tokio::main]
async fn main() -> Outcome<()> {
    let merchants = std::env::var("MERCHANT_CONSOLE_MERCHANTS").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let world = World::new()?;
    let mut backend = world.backend(merchants)?;
    let desk = world.device("desk", &backend, "operations")?;
    let shop = world.device("wangjing-till", &backend, "merchant")?;
    let chief = world.device("chief", &backend, "administrator")?;
    let stores = meet(&world, &backend, &desk, &shop, &chief)?;
    chief.sync();
    backend.kill();
    wait(&desk, &stores);

    std::fs::create_dir_all(pictures())?;
    let sit = async |device: &Device| -> Outcome<Walk> {
        let files = world.path("files");
        std::fs::create_dir_all(&files)?;
        Ok(Walk { seat: Seat::open(device).await?, out: pictures(), store: stores[0].clone(), files })
    };
    let walk = sit(&desk).await?;
    walk.seat.appears("[data-testid=store-row]").await?;
    walk.seat.offline().await?;
    // Each look is chosen in the settings, as a person does it.
    for look in looks() {
        walk.choose(look).await?;
        walk.without_server(look).await?;
    }
    backend.restart()?;
    walk.seat.vanishes("[data-testid=status-sync].off").await?;
    for look in looks() {
        walk.choose(look).await?;
        walk.with_server(look).await?;
    }
    walk.signed_out().await?;
    walk.seat.close().await?;

    let walk = sit(&shop).await?;
    walk.seat.appears("[data-testid=status-sync]:not(.off)").await?;
    for look in looks() {
        walk.choose(look).await?;
        walk.as_shop(look).await?;
    }
    walk.seat.close().await?;

    let walk = sit(&chief).await?;
    walk.seat.synced().await?;
    for look in looks() {
        walk.choose(look).await?;
        walk.as_administrator(look).await?;
    }
    walk.seat.close().await?;
    Ok(())
}

type Look = ((&'static str, &'static str), (&'static str, u32));

fn looks() -> impl Iterator<Item = Look> {
    LANGUAGES.into_iter().flat_map(|language| THEMES.into_iter().map(move |theme| (language, theme)))
}

/// Devices that change the same stores without seeing each other. Gives the stores, the most interesting one first.
fn meet(
    world: &World,
    backend: &tests::world::Backend,
    desk: &Device,
    shop: &Device,
    chief: &Device,
) -> Outcome<Vec<String>> {
    let head = world.device("head-office", backend, "operations")?;
    for device in [shop, &head, desk] {
        device.sync();
    }
    let found = desk.ask(&["search", "北京", "--limit", "12"]);
    let stores: Vec<String> = found
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|row| row["merchant_id"].as_str().map(str::to_owned))
        .collect();
    let [a, b, c, d, e, ..] = stores.as_slice() else { return Err("too few stores in Beijing".into()) };
    let name = |id: &str| desk.ask(&["get", id])["name"].as_str().unwrap_or_default().to_owned();
    let (name_a, name_b) = (name(a), name(b));

    // Four stores that two wrote to.
    shop.ask(&[
        "set",
        a,
        &format!("name={}", name_a.replace('（', "·新（")),
        "hours.tu=10:00-14:00,17:00-02:00",
        "phones=+8613800138000,021-58881234转801,95188",
    ]);
    head.ask(&[
        "set",
        a,
        &format!("name={name_a}旗舰"),
        "hours.tu=09:30-22:00",
        "phones=+8613900139000",
        "address=北京市朝阳区阜通东大街6号",
    ]);
    shop.ask(&["set", b, &format!("name={name_b}·外卖"), "note=门口有台阶，轮椅请走后门"]);
    head.ask(&["set", b, "note=后门可停车", "category=快餐"]);
    shop.ask(&["set", c, "deleted=true"]);
    head.ask(&["set", c, "hours.su=closed"]);
    shop.ask(&["set", d, "address=北京市海淀区中关村大街27号"]);
    head.ask(&["set", d, "address=北京市海淀区中关村大街59号"]);
    shop.ask(&["set", e, "category=小吃"]);
    desk.ask(&["set", e, "category=甜品饮品", "note=周三进货"]);
    for device in [shop, &head] {
        device.sync();
    }
    // It has not heard yet that operations are to decide: its later values are candidates too.
    shop.ask(&["set", a, "phones=+8613700137000", "tags=外卖,清真", "hours.tu=08:00-20:00"]);
    let _ = shop.run(&["sync", "--once"]);
    for device in [desk, &head] {
        device.sync();
    }
    // Two decide the same question; the second learns that it was settled.
    let review = |device: &Device, id: &str| {
        let reviews = device.ask(&["reviews"]);
        let found = reviews.as_array().into_iter().flatten().find(|review| review["merchant_id"] == id);
        found.and_then(|review| review["review_id"].as_str()).map(str::to_owned).ok_or("no review")
    };
    desk.ask(&["resolve", &review(desk, d)?, "address=北京市海淀区中关村大街27号", "--reason", "与店长电话确认"]);
    head.ask(&["resolve", &review(&head, d)?, "address=北京市海淀区中关村大街59号", "--reason", "营业执照上的地址"]);
    head.sync();
    // It ends with what is left to do, which is not a failure here.
    let _ = desk.run(&["sync", "--once"]);
    let _ = shop.run(&["sync", "--once"]);
    // A value that does not fit a field which was declared meanwhile is refused, and can be put right in place.
    shop.ask(&["set", e, "custom.seats=很多"]);
    declare_seats(world, chief)?;
    let _ = shop.run(&["sync", "--once"]);
    Ok(stores)
}

/// Declares a field that holds numbers.
fn declare_seats(world: &World, chief: &Device) -> Outcome<()> {
    let mut schema = chief.ask(&["schema", "get"]);
    let seats = json!({"key": "seats", "labels": {"zh": "座位数", "en": "Seats"}, "type": "integer"});
    schema["custom"].as_array_mut().ok_or("no list of fields")?.push(seats);
    let file = world.path("schema.json");
    std::fs::write(&file, schema.to_string())?;
    chief.ask(&["schema", "set", &file.display().to_string()]);
    Ok(())
}

/// Edits of the desk that wait for the server.
fn wait(desk: &Device, stores: &[String]) {
    for (id, values) in stores.iter().skip(5).zip([
        &["name=美味小馆（望京店）", "phones=010-64782218转801,95188", "hours.tu=10:00-14:00,17:00-02:00"][..],
        &["status=paused", "note=装修，预计两周"][..],
        &["custom.座位=86"][..],
    ]) {
        let mut arguments = vec!["set", id.as_str()];
        arguments.extend(values);
        desk.ask(&arguments);
    }
}

struct Walk {
    seat: Seat,
    out: PathBuf,
    store: String,
    /// A folder for files to import.
    files: PathBuf,
}

impl Walk {
    async fn choose(&self, ((_, tag), (_, button)): Look) -> Outcome<()> {
        self.seat.go("settings").await?;
        let window = self.seat.window();
        window.click(format!("[data-testid=language] button[lang=\"{tag}\"]").as_str()).await?;
        window.wait_for_count(format!("html[lang=\"{tag}\"]").as_str(), |count| count == 1).await?;
        window.click(format!("[data-testid=settings-theme] button:nth-child({button})").as_str()).await?;
        Ok(())
    }

    /// Pages with edits that wait.
    async fn without_server(&self, look: Look) -> Outcome<()> {
        let window = self.seat.window();
        self.seat.go("stores").await?;
        window.type_over("[data-testid=store-search]", "").await?;
        self.picture("stores", look, FULL).await?;
        self.picture("stores", look, SMALL).await?;
        self.many_stores(look).await?;
        window.type_over("[data-testid=store-search]", "北京").await?;
        window.click("[data-testid=store-row] [data-testid=store-name]").await?;
        self.seat.appears("[data-testid=panel-facts]").await?;
        self.picture("stores-search", look, FULL).await?;
        window.type_over("[data-testid=store-search]", "没有这家").await?;
        self.seat.appears("[data-testid=empty]").await?;
        self.picture("stores-empty", look, FULL).await?;
        window.type_over("[data-testid=store-search]", "").await?;
        window.press(&[key::CONTROL, "k"]).await?;
        window.type_over("[data-testid=palette-input]", "望京").await?;
        self.seat.appears("[data-testid=palette-item]").await?;
        self.picture("palette", look, FULL).await?;
        window.press(&[key::ESCAPE]).await?;
        self.seat.go("outbox").await?;
        self.seat.appears("[data-testid=outbox-row]").await?;
        self.picture("outbox", look, FULL).await?;
        self.picture("outbox", look, SMALL).await?;
        self.seat.window().click("[data-testid=outbox-row][data-state=in_review] td").await?;
        self.seat.appears("[data-testid=outbox-settled]").await?;
        self.picture("outbox-waiting", look, FULL).await?;
        let waiting = self.seat.device().ask(&["outbox"]);
        let queued = waiting.as_array().into_iter().flatten().find(|row| row["state"] == "queued");
        if let Some(id) = queued.and_then(|row| row["merchant_id"].as_str()) {
            self.at(&format!("#/stores/{id}"), "[data-testid=field-name]").await?;
            self.picture("profile-waiting", look, FULL).await?;
        }
        Ok(())
    }

    /// Conditions, columns, and a bulk edit that is looked at and not saved.
    async fn many_stores(&self, look: Look) -> Outcome<()> {
        let window = self.seat.window();
        window.click("[data-testid=filter-category] button").await?;
        self.seat.appears("[data-testid=filter-values] li").await?;
        self.picture("stores-filter", look, FULL).await?;
        window.press(&[key::ESCAPE]).await?;
        window.click("[data-testid=columns-menu]").await?;
        self.seat.appears("[data-testid=columns] li").await?;
        self.picture("stores-columns", look, FULL).await?;
        window.press(&[key::ESCAPE]).await?;
        window.click("[data-testid=choose-all]").await?;
        self.seat.appears("[data-testid=selection]").await?;
        self.picture("stores-chosen", look, FULL).await?;
        self.picture("stores-chosen", look, SMALL).await?;
        window.click("[data-testid=selection-edit]").await?;
        self.seat.appears("[data-testid=bulk-preview]").await?;
        self.picture("bulk-edit", look, FULL).await?;
        window.click("[data-testid=bulk-preview]").await?;
        self.seat.appears("[data-testid=bulk-plan]").await?;
        self.picture("bulk-plan", look, FULL).await?;
        self.picture("bulk-plan", look, SMALL).await?;
        window.press(&[key::ESCAPE]).await?;
        self.seat.vanishes("dialog[open]").await?;
        window.click("[data-testid=selection-clear]").await?;
        self.seat.vanishes("[data-testid=selection]").await?;
        Ok(())
    }

    /// Pages that the server has a part in.
    async fn with_server(&self, look: Look) -> Outcome<()> {
        let window = self.seat.window();
        self.at(&format!("#/stores/{}", self.store), "[data-testid=field-name]").await?;
        self.picture("profile", look, FULL).await?;
        self.picture("profile", look, SMALL).await?;
        window.type_over("[data-testid=field-phone-0]", "415-555-2671").await?;
        self.seat.appears("[data-testid=field-message]").await?;
        window.type_over("[data-testid=\"field-hours.mo\"]", "25:00-3").await?;
        self.seat.appears("[data-testid=\"field-hours.mo\"][aria-invalid=true]").await?;
        self.picture("profile-mistake", look, FULL).await?;
        window.click("[data-testid=nav-stores]").await?;
        self.picture("profile-leaving", look, FULL).await?;
        window.click("[data-testid=leave-drop]").await?;
        // The page that is being left has the same fields.
        self.seat.vanishes("[data-testid=week-text]").await?;
        self.hours(look).await?;
        self.at(&format!("#/stores/{}/history", self.store), "[data-testid=history-entry]").await?;
        self.picture("profile-history", look, FULL).await?;
        self.picture("profile-history", look, SMALL).await?;
        window.click("[data-testid=compare]").await?;
        self.seat.appears("[data-testid=difference]").await?;
        self.picture("history-compare", look, FULL).await?;
        self.seat.go("conflicts").await?;
        self.seat.appears("[data-testid=conflict-field]").await?;
        window.click(format!("[data-testid=conflict-row][data-merchant=\"{}\"]", self.store).as_str()).await?;
        self.picture("conflicts", look, FULL).await?;
        self.picture("conflicts", look, SMALL).await?;
        self.seat.go("insights").await?;
        // At night no kitchen works, and the board says so.
        self.seat.appears("[data-testid=alert-row], [data-testid=alert-board] [data-testid=empty]").await?;
        self.seat.appears("[data-testid=chart-wait] .mark").await?;
        self.picture("insights-kitchen", look, FULL).await?;
        self.picture("insights-kitchen", look, SMALL).await?;
        window.click("[data-testid=insights-tab-sync]").await?;
        self.seat.appears("[data-testid=chart-lag] .mark").await?;
        self.picture("insights-sync", look, FULL).await?;
        self.imports(look).await?;
        self.seat.go("settings").await?;
        self.picture("settings", look, FULL).await?;
        self.picture("settings", look, SMALL).await?;
        window.click("[data-testid=nav-help]").await?;
        self.seat.appears("dialog[open]").await?;
        self.picture("help", look, FULL).await?;
        window.press(&[key::ESCAPE]).await?;
        self.seat.vanishes("dialog[open]").await?;
        Ok(())
    }

    /// The week in words and as a drawing, special dates, copies to other days and stores. Nothing is saved.
    async fn hours(&self, look: Look) -> Outcome<()> {
        let window = self.seat.window();
        self.at(&format!("#/stores/{}", self.store), "[data-testid=week-text]").await?;
        window.type_over("[data-testid=week-text]", "周一至周五 9-21点，周末 10:00-次日2:00，周三休息").await?;
        self.seat.appears("[data-testid=week-preview]").await?;
        self.picture("hours-week", look, FULL).await?;
        window.click("[data-testid=week-apply]").await?;
        self.seat.appears("[data-testid=week-applied]").await?;
        self.picture("hours-painted", look, FULL).await?;
        let show = "document.querySelector('.special-set').scrollIntoView({ block: 'end' })";
        window.click("[data-testid=special-apply]").await?;
        window.execute(show, json!([])).await?;
        self.picture("hours-special", look, FULL).await?;
        self.picture("hours-special", look, SMALL).await?;
        window.click("[data-testid=copy-stores]").await?;
        window.type_over("[data-testid=copy-find]", "北京").await?;
        self.seat.appears("[data-testid=copy-choice]").await?;
        window.click("[data-testid=copy-choice]").await?;
        self.picture("hours-copy", look, FULL).await?;
        window.click("[data-testid=bulk-preview]").await?;
        self.seat.appears("[data-testid=bulk-plan]").await?;
        self.picture("hours-copy-preview", look, FULL).await?;
        window.press(&[key::ESCAPE]).await?;
        self.seat.vanishes("dialog[open]").await?;
        window.click("[data-testid=nav-stores]").await?;
        window.click("[data-testid=leave-drop]").await?;
        Ok(())
    }

    /// A file step by step: what it is, its columns, what it would do, done, taken back; and the way out, an export.
    async fn imports(&self, look: Look) -> Outcome<()> {
        let window = self.seat.window();
        let ((language, _), (theme, _)) = look;
        let file = self.files.join(format!("门店资料-{language}-{theme}.csv"));
        std::fs::write(&file, stores_to_import(&format!("{language}-{theme}"), &self.store))?;
        self.seat.go("imports").await?;
        self.seat.appears("[data-testid=import-past]").await?;
        self.picture("import", look, FULL).await?;
        self.picture("import", look, SMALL).await?;
        window.type_over("[data-testid=import-path]", &file.display().to_string()).await?;
        window.click("[data-testid=import-look]").await?;
        self.seat.appears("[data-testid=import-facts]").await?;
        self.picture("import-file", look, FULL).await?;
        self.picture("import-file", look, SMALL).await?;
        window.click("[data-testid=import-next]").await?;
        self.seat.appears("[data-testid=import-column]").await?;
        self.picture("import-columns", look, FULL).await?;
        self.picture("import-columns", look, SMALL).await?;
        window.click("[data-testid=import-dry-run]").await?;
        self.seat.appears("[data-testid=import-apply]:enabled").await?;
        self.picture("import-dry-run", look, FULL).await?;
        self.picture("import-dry-run", look, SMALL).await?;
        window.click("[data-testid=import-apply]").await?;
        self.seat.appears("[data-testid=import-undo]").await?;
        self.picture("import-done", look, FULL).await?;
        self.picture("import-done", look, SMALL).await?;
        window.click("[data-testid=import-failed]").await?;
        self.seat.appears("dialog[open] [data-testid=import-report-path]").await?;
        self.picture("import-failed-rows", look, FULL).await?;
        window.press(&[key::ESCAPE]).await?;
        self.seat.vanishes("dialog[open]").await?;
        window.click("[data-testid=import-undo]").await?;
        self.seat.appears("dialog[open] [data-testid=undo-confirm]").await?;
        self.picture("import-undo", look, FULL).await?;
        window.click("[data-testid=undo-confirm]").await?;
        self.seat.appears("[data-testid=undo-result]").await?;
        self.picture("import-undone", look, FULL).await?;
        window.click("[data-testid=undo-close]").await?;
        self.seat.vanishes("dialog[open]").await?;
        window.click("[data-testid=import-finish]").await?;
        self.seat.appears("[data-testid=import-past-row]").await?;
        self.picture("import-past", look, FULL).await?;
        window.click("[data-testid=export]").await?;
        self.seat.appears("dialog[open] [data-testid=export-path]").await?;
        self.picture("export", look, FULL).await?;
        window.press(&[key::ESCAPE]).await?;
        self.seat.vanishes("dialog[open]").await?;
        Ok(())
    }

    /// What only shops see: a refused edit put right in place, conflicts that others decide, settings that are locked.
    async fn as_shop(&self, look: Look) -> Outcome<()> {
        let window = self.seat.window();
        self.seat.go("outbox").await?;
        self.seat.appears("[data-testid=outbox-row][data-state=rejected]").await?;
        self.seat.appears("[data-testid=outbox-reason]").await?;
        window.click("[data-testid=outbox-reason] summary").await?;
        self.picture("outbox-refused", look, FULL).await?;
        self.picture("outbox-refused", look, SMALL).await?;
        // A line of a table is no thing to click on for the driver; its cells are.
        window.click("[data-testid=outbox-row][data-state=rejected] td").await?;
        self.seat.appears("[data-testid=outbox-edit]").await?;
        window.click("[data-testid=outbox-edit]").await?;
        self.seat.appears("dialog[open] [data-testid=outbox-input]").await?;
        self.picture("outbox-resend", look, FULL).await?;
        window.press(&[key::ESCAPE]).await?;
        self.seat.vanishes("dialog[open]").await?;
        self.seat.go("conflicts").await?;
        self.seat.appears("[data-testid=conflict-readonly]").await?;
        self.picture("conflicts-readonly", look, FULL).await?;
        self.seat.go("settings").await?;
        self.seat.appears("[data-testid=sync-locked]").await?;
        window.execute("document.getElementById('settings-sync').scrollIntoView()", json!([])).await?;
        self.picture("settings-sync-locked", look, FULL).await?;
        Ok(())
    }

    /// What only administrators see: how the device sends, with a mistake at its field.
    async fn as_administrator(&self, look: Look) -> Outcome<()> {
        let window = self.seat.window();
        self.seat.go("settings").await?;
        self.seat.appears("[data-testid=sync-save]").await?;
        let show = "document.getElementById('settings-sync').scrollIntoView()";
        window.execute(show, json!([])).await?;
        self.picture("settings-sync", look, FULL).await?;
        window.type_over("[data-testid=sync-linger_ms]", "9000").await?;
        window.type_over("[data-testid=sync-slow_ms]", "1000").await?;
        self.seat.appears("[data-testid=sync-settings] [aria-invalid=true]").await?;
        window.execute(show, json!([])).await?;
        self.picture("settings-sync-mistake", look, SMALL).await?;
        window.click("[data-testid=sync-defaults]").await?;
        Ok(())
    }

    /// The sign-in page has a language switch of its own and no theme button; it comes last.
    async fn signed_out(&self) -> Outcome<()> {
        self.seat.go("settings").await?;
        self.seat.window().click("[data-testid=settings-sign-out]").await?;
        self.seat.appears("[data-testid=settings-sign-in]").await?;
        for look in looks() {
            self.choose(look).await?;
            self.seat.window().click("[data-testid=settings-sign-in]").await?;
            self.seat.appears("[data-testid=username]").await?;
            self.picture("sign-in", look, FULL).await?;
            self.seat.window().click("[data-testid=sign-in-later]").await?;
        }
        Ok(())
    }

    async fn at(&self, address: &str, shows: &str) -> Outcome<()> {
        self.seat.window().execute("location.hash = arguments[0]", json!([address])).await?;
        Ok(self.seat.appears(shows).await?)
    }

    /// Writes `page-lang-theme-WxH.png` once nothing moves any more.
    async fn picture(&self, page: &str, ((language, _), (theme, _)): Look, size: (u32, u32)) -> Outcome<()> {
        let (width_px, height_px) = size;
        self.seat.window().resize(width_px, height_px).await?;
        let sized = format!("return innerWidth === {width_px} && innerHeight === {height_px}");
        self.seat.window().wait_for_script("the window's size", &sized).await?;
        self.seat.vanishes("[aria-busy=true], .main .sk").await?;
        let file = self.out.join(format!("{page}-{language}-{theme}-{width_px}x{height_px}.png"));
        let mut before = None;
        for _ in 0..LOOKS_MAX {
            self.seat.display.screenshot(&file)?;
            let now = Some(run("identify", &["-format", "%#", &file.display().to_string()])?);
            if now == before {
                break;
            }
            before = now;
        }
        crop(&file, size)?;
        self.seat.window().resize(FULL.0, FULL.1).await?;
        Ok(())
    }
}

/// A head office's file: new stores, one that is there with another note, and every kind of mistake.
fn stores_to_import(look: &str, store: &str) -> String {
    let mut file = String::from("编号,门店名称,电话,地址,营业时间,类目,店长微信\n");
    for n in 1..=40 {
        let (hours, phone, name) = match n % 8 {
            3 => ("10:00-22:00, 21:00-23:00", format!("0106478{n:04}"), format!("江南春杭帮菜{n}")),
            5 => ("10:00-22:00", "010-6772 88".to_owned(), format!("巷口饺子馆{n}")),
            7 => ("周一至周五 9-21点", format!("138001380{n:02}"), String::new()),
            _ => ("10:00-22:00", format!("1390013{n:04}"), format!("美味小馆{n}号")),
        };
        file.push_str(&format!(
            "IMP-{look}-{n:03},{name},\"{phone}\",北京市朝阳区望京街{n}号院,\"{hours}\",中餐,wx_{n}\n"
        ));
    }
    file.push_str(&format!("IMP-{look}-001,美味小馆1号,13900130001,北京市朝阳区望京街1号院,10:00-22:00,中餐,\n"));
    file.push_str(&format!("{store},,,,,{},\n,,,,,,\n", "火锅"));
    file
}

/// The screen is larger than the window.
fn crop(file: &Path, (width_px, height_px): (u32, u32)) -> Outcome<()> {
    run("mogrify", &["-crop", &format!("{width_px}x{height_px}+0+0"), "+repage", &file.display().to_string()]).map(drop)
}

fn run(program: &str, arguments: &[&str]) -> Outcome<String> {
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("{program}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
