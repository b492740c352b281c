//! The one place that talks to plotters: shapes in CSS pixels go in, themed SVG text comes out.
//!
//! Shapes are drawn in sentinel colours, one per [`Ink`]; [`finish`] swaps each sentinel for the
//! presentation attributes of that ink.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, RGBColor, ShapeStyle, TextStyle};

use crate::{ChartError, Colour, Rect, Size};

/// Drawing units per CSS pixel.
pub(crate) const UNITS_PER_PX: f64 = 10.0;
/// Size of all text, CSS pixels.
pub(crate) const FONT_PX: f64 = 12.0;

/// plotters' SVG backend writes a font's size divided by this.
const PLOTTERS_FONT_SCALE: f64 = 1.24;

/// What a shape is drawn with. Widths are in drawing units (tenths of a pixel).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Grid,
    Axis,
    Track,
    Faint,
    Text,
    Fill(Colour),
    Tint,
    Range,
    Band,
    Solid,
    Dashed,
    Diagonal,
    Target,
    Dot,
    Ring,
}

const INKS: [Ink; 20] = [
    Ink::Grid,
    Ink::Axis,
    Ink::Track,
    Ink::Faint,
    Ink::Text,
    Ink::Fill(Colour::C1),
    Ink::Fill(Colour::C2),
    Ink::Fill(Colour::C3),
    Ink::Fill(Colour::C4),
    Ink::Fill(Colour::C5),
    Ink::Fill(Colour::C6),
    Ink::Tint,
    Ink::Range,
    Ink::Band,
    Ink::Solid,
    Ink::Dashed,
    Ink::Diagonal,
    Ink::Target,
    Ink::Dot,
    Ink::Ring,
];

impl Ink {
    fn sentinel(self) -> RGBColor {
        let index = INKS.iter().position(|ink| *ink == self).unwrap_or(0);
        RGBColor(1, 2, u8::try_from(index).unwrap_or(0))
    }

    /// The attributes that replace the sentinel.
    const fn attributes(self) -> &'static str {
        match self {
            Self::Grid => r#"stroke="var(--chart-grid)" stroke-width="10""#,
            Self::Axis => r#"stroke="var(--chart-axis)" stroke-width="10""#,
            Self::Track => r#"stroke="var(--line-2)" stroke-width="10""#,
            Self::Faint => r#"fill="var(--ink-3)""#,
            Self::Text => r#"fill="var(--ink-2)""#,
            Self::Fill(Colour::C1) => r#"fill="var(--c1)" rx="15""#,
            Self::Fill(Colour::C2) => r#"fill="var(--c2)" rx="15""#,
            Self::Fill(Colour::C3) => r#"fill="var(--c3)" rx="15""#,
            Self::Fill(Colour::C4) => r#"fill="var(--c4)" rx="15""#,
            Self::Fill(Colour::C5) => r#"fill="var(--c5)" rx="15""#,
            Self::Fill(Colour::C6) => r#"fill="var(--c6)" rx="15""#,
            Self::Tint => r#"fill="var(--c1)" fill-opacity="0.22" stroke="var(--c1)" stroke-width="10" rx="20""#,
            Self::Range => r#"fill="var(--c1)" fill-opacity="0.35" rx="30""#,
            Self::Band => r#"fill="var(--c1)" fill-opacity="0.16""#,
            Self::Solid => r#"stroke="var(--c1)" stroke-width="22" stroke-linejoin="round" stroke-linecap="round""#,
            Self::Dashed => r#"stroke="var(--c1)" stroke-width="18" stroke-linejoin="round" stroke-dasharray="50 30""#,
            Self::Diagonal => r#"stroke="var(--chart-axis)" stroke-width="12" stroke-dasharray="40 30""#,
            Self::Target => r#"stroke="var(--ink)" stroke-width="12" stroke-dasharray="40 30""#,
            Self::Dot => r#"fill="var(--c1)""#,
            Self::Ring => r#"fill="var(--surface)" stroke="var(--c1)" stroke-width="16""#,
        }
    }

    fn line(self) -> ShapeStyle {
        self.sentinel().stroke_width(1)
    }

    fn area(self) -> ShapeStyle {
        self.sentinel().filled()
    }
}

/// Horizontal alignment of text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Align {
    Start,
    Middle,
    End,
}

pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

impl Canvas<'_> {
    pub(crate) fn line(&self, from: (f64, f64), to: (f64, f64), ink: Ink) -> Result<(), ChartError> {
        self.path(&[from, to], ink)
    }

    pub(crate) fn path(&self, points: &[(f64, f64)], ink: Ink) -> Result<(), ChartError> {
        let element = PathElement::new(to_units(points), ink.line());
        self.area.draw(&element).map_err(draw_error)
    }

    pub(crate) fn polygon(&self, points: &[(f64, f64)], ink: Ink) -> Result<(), ChartError> {
        let element = Polygon::new(to_units(points), ink.area());
        self.area.draw(&element).map_err(draw_error)
    }

    /// A filled rectangle; nothing where it would be thinner than a tenth of a pixel.
    pub(crate) fn rect(&self, rect: Rect, ink: Ink) -> Result<(), ChartError> {
        let (left, top) = (units(rect.x), units(rect.y));
        let (right, bottom) = (units(rect.right()), units(rect.bottom()));
        if right <= left || bottom <= top {
            return Ok(());
        }
        let element = Rectangle::new([(left, top), (right, bottom)], ink.area());
        self.area.draw(&element).map_err(draw_error)
    }

    /// A filled point.
    pub(crate) fn dot(&self, at: (f64, f64), radius_px: f64) -> Result<(), ChartError> {
        self.circle(at, radius_px, Ink::Dot)
    }

    /// A hollow point.
    pub(crate) fn ring(&self, at: (f64, f64), radius_px: f64) -> Result<(), ChartError> {
        self.circle(at, radius_px, Ink::Ring)
    }

    fn circle(&self, at: (f64, f64), radius_px: f64, ink: Ink) -> Result<(), ChartError> {
        let element = Circle::new((units(at.0), units(at.1)), units(radius_px), ink.area());
        self.area.draw(&element).map_err(draw_error)
    }

    /// Text centred vertically on `at`.
    pub(crate) fn text(&self, text: &str, at: (f64, f64), align: Align, ink: Ink) -> Result<(), ChartError> {
        if text.is_empty() {
            return Ok(());
        }
        let horizontal = match align {
            Align::Start => HPos::Left,
            Align::Middle => HPos::Center,
            Align::End => HPos::Right,
        };
        let colour = ink.sentinel();
        let style = TextStyle::from(("sans-serif", FONT_PX * PLOTTERS_FONT_SCALE * UNITS_PER_PX).into_font())
            .color(&colour)
            .pos(Pos::new(horizontal, VPos::Center));
        let element = Text::new(text.to_owned(), (units(at.0), units(at.1)), style);
        self.area.draw(&element).map_err(draw_error)
    }
}

/// Room that a label of digits needs, CSS pixels. A digit of a UI font at 12 px is under 7 px wide, a
/// percent sign under 12.
pub(crate) fn label_width_px(label: &str) -> f64 {
    label.chars().map(|c| if c == '%' { 12.0 } else { 7.0 }).sum()
}

/// Draws with `paint` and returns the finished SVG element.
pub(crate) fn render(
    size: Size,
    class: &str,
    paint: impl FnOnce(&Canvas<'_>) -> Result<(), ChartError>,
) -> Result<String, ChartError> {
    let mut raw = String::new();
    let (width, height) = (f64::from(size.width_px), f64::from(size.height_px));
    {
        let extent = (units(width).unsigned_abs(), units(height).unsigned_abs());
        let canvas = Canvas { area: SVGBackend::with_string(&mut raw, extent).into_drawing_area() };
        paint(&canvas)?;
        canvas.area.present().map_err(draw_error)?;
    }
    Ok(finish(&raw, size, class))
}

fn finish(raw: &str, size: Size, class: &str) -> String {
    let body = raw
        .find("<svg")
        .and_then(|start| raw[start..].find('>').map(|end| start + end + 1))
        .map_or("", |from| &raw[from..]);
    let mut svg = format!(
        r#"<svg class="{class}" xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {vw} {vh}" aria-hidden="true" focusable="false">"#,
        w = size.width_px,
        h = size.height_px,
        vw = size.width_px * UNITS_PER_PX as u32,
        vh = size.height_px * UNITS_PER_PX as u32,
    );
    let mut body = body
        .replace('\n', "")
        .replace(r#" opacity="1""#, "")
        .replace(r#" stroke="none""#, "")
        .replace(r#" stroke-width="1""#, "")
        .replace(r#" font-family="sans-serif""#, "");
    for ink in INKS {
        let RGBColor(r, g, b) = ink.sentinel();
        let hex = format!("#{r:02X}{g:02X}{b:02X}");
        let attributes = ink.attributes();
        body = body.replace(&format!(r#"fill="{hex}""#), attributes).replace(&format!(r#"stroke="{hex}""#), attributes);
    }
    svg.push_str(body.trim_start());
    svg
}

/// CSS pixels to drawing units.
#[expect(clippy::cast_possible_truncation, reason = "clamped to the largest canvas first")]
pub(crate) fn units(px: f64) -> i32 {
    let limit = f64::from(2 * Size::MAX_PX);
    (px.clamp(-limit, limit) * UNITS_PER_PX).round() as i32
}

fn to_units(points: &[(f64, f64)]) -> Vec<(i32, i32)> {
    points.iter().map(|p| (units(p.0), units(p.1))).collect()
}

fn draw_error(error: impl std::fmt::Display) -> ChartError {
    ChartError::Draw(error.to_string())
}
