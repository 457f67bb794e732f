//! One measurement: a table and a chart of times beside sizes.

use plotters::prelude::*;
use std::fmt::Write as _;

/// The times of some acts beside the size of something.
pub(crate) struct Chart {
    /// The file of the chart, without its ending.
    pub(crate) name: &'static str,
    /// The heading.
    pub(crate) title: &'static str,
    /// One paragraph about what is measured.
    pub(crate) about: &'static str,
    /// The name of the sizes.
    pub(crate) axis: &'static str,
    /// The sizes, in order.
    pub(crate) sizes: Vec<usize>,
    /// Each act with its time at each size, in microseconds.
    pub(crate) rows: Vec<(&'static str, Vec<f64>)>,
}

impl Chart {
    /// Returns the name of the file with the chart.
    pub(crate) fn file(&self) -> String {
        format!("performance-{}.svg", self.name)
    }

    /// Returns the section of the report.
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("## {}\n\n{}\n\n![{}]({})\n\n", self.title, self.about, self.title, self.file());
        let sizes: Vec<String> = self.sizes.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "| {} | {} | largest : smallest |", self.axis, sizes.join(" | "));
        let _ = writeln!(text, "|---|{}", "---:|".repeat(self.sizes.len() + 1));
        for (act, times) in &self.rows {
            let shown: Vec<String> = times.iter().map(|time| format!("{time:.1}")).collect();
            let ratio = match (times.first(), times.last()) {
                (Some(first), Some(last)) if *first > 0.0 => format!("{:.2}", last / first),
                _ => "–".to_owned(),
            };
            let _ = writeln!(text, "| {act} | {} | {ratio} |", shown.join(" | "));
        }
        text
    }

    /// Returns the chart, with both axes in powers of ten.
    pub(crate) fn svg(&self) -> String {
        let mut text = String::new();
        let smallest = self.sizes.first().map_or(1.0, |size| *size as f64);
        let largest = self.sizes.last().map_or(10.0, |size| *size as f64);
        let times = || self.rows.iter().flat_map(|(_, times)| times.iter().copied());
        let (low, high) = (times().fold(f64::INFINITY, f64::min) / 2.0, times().fold(1.0, f64::max) * 2.0);
        {
            let area = SVGBackend::with_string(&mut text, (860, 420)).into_drawing_area();
            area.fill(&WHITE).unwrap();
            let mut chart = ChartBuilder::on(&area)
                .margin(14)
                .x_label_area_size(42)
                .y_label_area_size(64)
                .build_cartesian_2d((smallest..largest).log_scale(), (low.max(0.01)..high).log_scale())
                .unwrap();
            chart.configure_mesh().x_desc(self.axis).y_desc("microseconds").light_line_style(WHITE).draw().unwrap();
            for (index, (act, times)) in self.rows.iter().enumerate() {
                let color = Palette99::pick(index).to_rgba();
                let points: Vec<(f64, f64)> =
                    self.sizes.iter().map(|size| *size as f64).zip(times.iter().copied()).collect();
                let line = chart.draw_series(LineSeries::new(points, color.stroke_width(2))).unwrap();
                line.label(*act).legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
            }
            let mut labels = chart.configure_series_labels();
            let labels = labels.position(SeriesLabelPosition::UpperLeft).background_style(WHITE.mix(0.8));
            labels.border_style(BLACK.mix(0.3)).draw().unwrap();
            area.present().unwrap();
        }
        text
    }
}
