//! Charts as pictures that the page carries: no script draws them, and the same numbers stand beside them as text.

/// The length of a whole bar, in units of its picture.
const LENGTH: u64 = 1000;

/// The height of a chart of columns, in units of its picture.
pub(super) const HEIGHT: u64 = 120;

/// A bar with what it stands for.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) value: String,
    pub(super) parts: Vec<Part>,
}

/// A part of a bar.
pub(super) struct Part {
    pub(super) x: u64,
    pub(super) width: u64,
    /// How it looks: one of the badges.
    pub(super) class: &'static str,
    pub(super) words: String,
}

/// A column of a chart over time.
pub(super) struct Column {
    pub(super) x: u64,
    pub(super) y: u64,
    pub(super) width: u64,
    pub(super) height: u64,
    pub(super) words: String,
}

/// Bars of one part each, the largest the whole length.
pub(super) fn bars(values: impl IntoIterator<Item = (String, u64)>) -> Vec<Bar> {
    let values: Vec<_> = values.into_iter().collect();
    let most = values.iter().map(|(_, value)| *value).max().unwrap_or(0);
    let bar = |(label, value): (String, u64)| {
        let part = Part { x: 0, width: share(value, most), class: "wait", words: value.to_string() };
        Bar { value: value.to_string(), parts: vec![part], label }
    };
    values.into_iter().map(bar).collect()
}

/// A bar of parts that make up a whole.
pub(super) fn stacked(label: String, value: String, parts: &[(&'static str, String, u64)]) -> Bar {
    let whole = parts.iter().map(|(.., count)| count).sum();
    let (mut shown, mut before) = (Vec::new(), 0);
    for (class, words, count) in parts {
        let (x, to) = (share(before, whole), share(before + count, whole));
        before += count;
        if to > x {
            shown.push(Part { x, width: to - x, class, words: format!("{words} {count}") });
        }
    }
    Bar { label, value, parts: shown }
}

/// Columns side by side, the tallest the whole height.
pub(super) fn columns(values: &[(String, u64)]) -> Vec<Column> {
    let (most, count) = (values.iter().map(|(_, value)| *value).max().unwrap_or(0), values.len() as u64);
    let column = |(index, (label, value)): (usize, &(String, u64))| {
        let (left, right) = (share(index as u64, count), share(index as u64 + 1, count));
        let height = share(*value, most) * HEIGHT / LENGTH;
        let width = (right - left).saturating_sub(4).max(2);
        Column { x: left, y: HEIGHT - height, width, height, words: format!("{label}: {value}") }
    };
    values.iter().enumerate().map(column).collect()
}

/// How much of the whole length a part is.
fn share(part: u64, whole: u64) -> u64 {
    part.saturating_mul(LENGTH).checked_div(whole).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_fills_its_chart_parts_make_up_the_whole_and_nothing_is_divided_by_nothing() {
        let bars = bars([("a".to_owned(), 8), ("b".to_owned(), 2), ("c".to_owned(), 0)]);
        assert_eq!(bars.iter().map(|bar| bar.parts[0].width).collect::<Vec<_>>(), [1000, 250, 0]);
        let parts = stacked(
            String::new(),
            String::new(),
            &[("good", "met".to_owned(), 1), ("bad", "missed".to_owned(), 2), ("look", "?".to_owned(), 0)],
        );
        assert_eq!(parts.parts.iter().map(|part| (part.x, part.width)).collect::<Vec<_>>(), [(0, 333), (333, 667)]);
        assert!(stacked(String::new(), String::new(), &[("good", String::new(), 0)]).parts.is_empty());
        let columns = columns(&[("1".to_owned(), 4), ("2".to_owned(), 0), ("3".to_owned(), 1)]);
        assert_eq!(columns.iter().map(|column| (column.y, column.height)).collect::<Vec<_>>(), [(0, 120), (120, 0), (90, 30)]);
        assert!(super::columns(&[("1".to_owned(), 0)])[0].height == 0 && super::columns(&[]).is_empty());
    }
}
