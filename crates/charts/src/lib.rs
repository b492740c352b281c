//! Charts as SVG text, drawn by plotters, with the geometry that HTML needs around them.
//!
//! Every function is pure: data and a size in, a [`Chart`] out. No clock, no files, no randomness.
//!
//! * **No human language inside the SVG.** Text is digits, times, dates and the symbols `p50`/`p95`.
//!   Titles, legends, units and tooltips are HTML, from [`Chart::marks`], [`Chart::swatches`] and
//!   [`Chart::y_unit`].
//! * **One SVG, both themes.** Colours are `var(--c1)`, `var(--chart-grid)` and so on, written as
//!   presentation attributes (`fill="var(--c1)"`), which WebKit and Chromium resolve, also under
//!   `style-src 'self'`. There is no `style` attribute and no `<style>` element.
//! * **Fine positions.** plotters draws in whole units, so the canvas is ten times as large as the
//!   picture and the `viewBox` scales it back: geometry is good to a tenth of a pixel.
//! * **Bounded.** Whatever the input, a chart never draws more shapes than its width can show:
//!   neighbours are merged (see [`Mark::span`]) or, where rows cannot be merged, left out and
//!   counted in [`Chart::omitted`].
//! * **Honest when empty.** No data gives the axes and nothing else.

mod calibration;
mod canvas;
mod conflicts;
mod frame;
mod histogram;
mod interval;
mod lag;
mod scale;
mod sources;

use serde::{Deserialize, Serialize};

pub use calibration::{CalibrationPoint, calibration};
pub use conflicts::{DayCounts, conflicts_by_day};
pub use histogram::{WaitBins, wait_histogram};
pub use interval::{Interval, interval_strip};
pub use lag::{LagPoint, TimeAxis, lag_series};
pub use sources::{SourceCounts, sources, sources_height_px};

/// Why a chart could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// The drawing library refused; the data is untouched.
    #[error("the chart could not be drawn ({0}); the data is untouched, the table shows it")]
    Draw(String),
}

impl ChartError {
    /// Stable code for logs and for the page.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Draw(_) => "chart_draw",
        }
    }
}

/// The size of a picture in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Width in CSS pixels.
    pub width_px: u32,
    /// Height in CSS pixels.
    pub height_px: u32,
}

impl Size {
    /// Smallest width that still holds an axis.
    pub const MIN_WIDTH_PX: u32 = 48;
    /// Smallest height.
    pub const MIN_HEIGHT_PX: u32 = 12;
    /// Largest side; wider windows scale the picture.
    pub const MAX_PX: u32 = 4096;

    /// A size, clamped to what can be drawn.
    #[must_use]
    pub fn new(width_px: u32, height_px: u32) -> Self {
        Self {
            width_px: width_px.clamp(Self::MIN_WIDTH_PX, Self::MAX_PX),
            height_px: height_px.clamp(Self::MIN_HEIGHT_PX, Self::MAX_PX),
        }
    }

    /// The same, for a size that was built field by field (for example deserialised).
    pub(crate) fn clamped(self) -> Self {
        Self::new(self.width_px, self.height_px)
    }
}

/// A rectangle in the picture's CSS pixels, origin top left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Rect {
    pub(crate) fn right(&self) -> f64 {
        self.x + self.width
    }
    pub(crate) fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

/// One datum that can be hovered or focused: the area that belongs to it and where its value is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Index of the (first) input datum.
    pub index: usize,
    /// How many neighbouring data this mark stands for; more than 1 only when the input was denser
    /// than the picture.
    pub span: usize,
    /// Left edge of the area, CSS pixels.
    pub x: f64,
    /// Top edge of the area, CSS pixels.
    pub y: f64,
    /// Width of the area, CSS pixels.
    pub width: f64,
    /// Height of the area, CSS pixels.
    pub height: f64,
    /// Where the value is drawn: a tooltip points here.
    pub anchor_x: f64,
    /// Where the value is drawn: a tooltip points here.
    pub anchor_y: f64,
}

/// A labelled position on an axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tick {
    /// Value in the axis' unit (seconds, counts, shares; Unix seconds on a time axis).
    pub value: f64,
    /// Position along the axis in CSS pixels of the picture.
    pub position: f64,
    /// What is written there; may be empty where labels would collide.
    pub label: String,
}

/// A colour role of the style sheet (`var(--c1)` and so on), for the HTML legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Colour {
    /// `--c1`
    C1,
    /// `--c2`
    C2,
    /// `--c3`
    C3,
    /// `--c4`
    C4,
    /// `--c5`
    C5,
    /// `--c6`, the grey of "other"
    C6,
}

/// How a series is drawn, for its legend entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SwatchStyle {
    /// Filled area.
    Solid,
    /// Outlined, lightly filled area.
    Tint,
    /// Continuous line.
    Line,
    /// Dashed line.
    Dashed,
}

/// One legend entry, in the order of the input's series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swatch {
    /// Its colour role.
    pub colour: Colour,
    /// Its look.
    pub style: SwatchStyle,
}

/// The unit of the digits on the value axis, to be said in words by the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Whole numbers of things.
    Count,
    /// Seconds.
    Seconds,
    /// Minutes and seconds, `m:ss`.
    MinutesSeconds,
    /// Hours and minutes, `h:mm`.
    HoursMinutes,
    /// Shares, `0%` to `100%`.
    Percent,
    /// A time scale without an axis.
    Time,
}

/// A drawn chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// The SVG element, ready for `inner_html`; `aria-hidden`, as the page names its figure.
    pub svg: String,
    /// Its natural size.
    pub size: Size,
    /// The data area.
    pub plot: Rect,
    /// What can be hovered and focused, in reading order.
    pub marks: Vec<Mark>,
    /// Ticks of the horizontal axis.
    pub x_ticks: Vec<Tick>,
    /// Ticks of the vertical axis.
    pub y_ticks: Vec<Tick>,
    /// Legend entries.
    pub swatches: Vec<Swatch>,
    /// Unit of the value axis.
    pub y_unit: Unit,
    /// Data that are not drawn for lack of room (0 almost always).
    pub omitted: usize,
}
