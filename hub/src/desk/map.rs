//! The map of the district as SVG: zones, checkpoints, whoever is on duty, and calls. Drawn here, so that it is the same map
//! without a script, and asks no other host for anything. Picture tiles lie under it where the data folder has some.

use std::collections::HashMap;
use std::f64::consts::PI;
use std::path::{Path, PathBuf};

use axum::extract::{Path as Segments, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use liuye_core::domain::{Checkpoint, Coordinate, DocumentKind, Zone};
use liuye_core::{Code, Error, Result};

use super::Desk;
use super::frame::{Frame, Visit, forbidden};
use super::nouns::nouns;
use super::pages::Page;
use crate::hub::Hub;

/// How wide the map is, in its own units.
const WIDTH: f64 = 1000.0;

/// What is left free around the zones, as a share of their extent.
const MARGIN: f64 = 0.04;

/// Marks nearer to each other than this are one, in the map's units.
const TOGETHER: f64 = 24.0;

/// How far below a zone's name something stands that is somewhere in it.
const BELOW_NAME: f64 = 34.0;

/// The folder of picture tiles within the data folder: `tiles/{z}/{x}/{y}.png`, in the usual web projection.
const TILES: &str = "tiles";

/// Tiles across the map at most: beyond it a coarser level is as good.
const TILES_ACROSS: f64 = 8.0;

/// The levels that there are.
const LEVELS: std::ops::RangeInclusive<u32> = 8..=18;

/// A zone.
pub(super) struct ZoneShape {
    id: String,
    pub(super) name: String,
    pub(super) path: String,
    pub(super) x: String,
    pub(super) y: String,
    /// Whether it is about to go uncovered.
    pub(super) is_uncovered: bool,
}

/// Something at a place.
pub(super) struct Mark {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) label: String,
    /// Where its label lies beside it, and which end of it.
    pub(super) text_x: String,
    pub(super) text_y: String,
    pub(super) anchor: &'static str,
    /// Everything that is there.
    pub(super) title: String,
    pub(super) to: Option<String>,
    pub(super) class: &'static str,
}

/// A checkpoint.
pub(super) struct Dot {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) title: String,
}

/// A picture under the map.
pub(super) struct Tile {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) size: String,
    pub(super) address: String,
}

/// The map.
pub(super) struct MapView {
    pub(super) width: String,
    pub(super) height: String,
    pub(super) tiles: Vec<Tile>,
    pub(super) zones: Vec<ZoneShape>,
    pub(super) checkpoints: Vec<Dot>,
    pub(super) marks: Vec<Mark>,
    extent: Extent,
    centres: HashMap<String, (f64, f64)>,
    /// What texts cover already.
    covered: Vec<Covered>,
}

/// Something that is to be marked.
pub(super) struct Thing {
    pub(super) at: Option<Coordinate>,
    /// Where it is somewhere, where its place is not known.
    pub(super) zone: Option<String>,
    pub(super) label: String,
    pub(super) to: Option<String>,
    pub(super) class: &'static str,
}

/// What part of the world the map shows, in the web projection: 0 to 1 from west to east and from north to south.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Extent {
    west: f64,
    north: f64,
    size: (f64, f64),
}

impl Extent {
    fn of(points: impl Iterator<Item = (f64, f64)>) -> Self {
        let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
        for (x, y) in points {
            low = (low.0.min(x), low.1.min(y));
            high = (high.0.max(x), high.1.max(y));
        }
        if low.0 > high.0 {
            return Self { west: 0.0, north: 0.0, size: (1.0, 1.0) };
        }
        let margin = (high.0 - low.0).max(high.1 - low.1).max(1e-7) * MARGIN;
        let size = (high.0 - low.0 + 2.0 * margin, high.1 - low.1 + 2.0 * margin);
        Self { west: low.0 - margin, north: low.1 - margin, size }
    }

    fn scale(&self) -> f64 {
        WIDTH / self.size.0
    }

    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        ((x - self.west) * self.scale(), (y - self.north) * self.scale())
    }
}

/// A position in the web projection.
fn projected(lon: f64, lat: f64) -> (f64, f64) {
    let y = (1.0 - lat.to_radians().tan().asinh() / PI) / 2.0;
    ((lon + 180.0) / 360.0, y)
}

fn shown(value: f64) -> String {
    format!("{value:.1}")
}

impl MapView {
    /// The zones and checkpoints, with nothing marked yet.
    pub(super) fn read(hub: &Hub, frame: &Frame) -> Result<Self> {
        let zones: Vec<_> = nouns::<Zone>(hub.documents(DocumentKind::Zone, 1000, 0)?).collect();
        let corners = zones.iter().flat_map(|(_, zone)| zone.area.rings()).flatten().map(|[lon, lat]| projected(*lon, *lat));
        let extent = Extent::of(corners);
        let shapes: Vec<_> = zones.iter().map(|(id, zone)| shape(id, zone, &extent, frame)).collect();
        let centres = shapes.iter().map(|(shape, centre)| (shape.id.clone(), *centre)).collect();
        let points = nouns::<Checkpoint>(hub.documents(DocumentKind::Checkpoint, 10_000, 0)?);
        let stands = points.filter(|(_, point)| point.retired_at.is_none_or(|at| at > hub.now()));
        let checkpoints = stands.map(|(_, point)| {
            let (x, y) = extent.place(projected(point.at.lon(), point.at.lat()));
            let name = frame.lang.of_both(&point.name);
            Dot { x: shown(x), y: shown(y), title: name }
        });
        Ok(Self {
            width: shown(WIDTH),
            height: shown(extent.size.1 * extent.scale()),
            tiles: tiles(&hub.dir().join(TILES), &extent),
            checkpoints: checkpoints.collect(),
            covered: shapes.iter().map(|(shape, centre)| NAME.covers(*centre, &shape.name)).collect(),
            zones: shapes.into_iter().map(|(shape, _)| shape).collect(),
            marks: Vec::new(),
            extent,
            centres,
        })
    }

    /// Shows that a zone is about to go uncovered.
    pub(super) fn warn_of(&mut self, zone: &str) {
        for shape in self.zones.iter_mut().filter(|shape| shape.id == zone) {
            shape.is_uncovered = true;
        }
    }

    /// Marks things; those of a kind that are at one place are one mark. What is nowhere on the map is in the tables beside it.
    pub(super) fn mark(&mut self, things: Vec<Thing>) {
        let mut groups: Vec<((f64, f64), Vec<Thing>)> = Vec::new();
        for thing in things {
            let Some(place) = self.place_of(&thing) else { continue };
            let near = |at: &(f64, f64)| (at.0 - place.0).hypot(at.1 - place.1) < TOGETHER;
            match groups.iter_mut().find(|(at, group)| near(at) && group[0].class == thing.class) {
                Some((_, group)) => group.push(thing),
                None => groups.push((place, vec![thing])),
            }
        }
        for (at, group) in groups {
            let mark = self.marked(at, &group);
            self.marks.push(mark);
        }
    }

    fn marked(&mut self, at: (f64, f64), group: &[Thing]) -> Mark {
        let first = &group[0];
        let label = if group.len() == 1 { first.label.clone() } else { format!("{} +{}", first.label, group.len() - 1) };
        let all = group.iter().map(|thing| thing.label.as_str()).collect::<Vec<_>>().join(" · ");
        // Whoever speaks to the page says what they see: the label is a part of the name.
        let title = if group.len() == 1 { all } else { format!("{label}: {all}") };
        let is_free = |beside: &&Beside| !self.covered.iter().any(|one| one.overlaps(&beside.covers(at, &label)));
        let beside = BESIDE.iter().find(is_free).unwrap_or(&BESIDE[0]);
        self.covered.push(beside.covers(at, &label));
        let (text_x, text_y) = (shown(beside.x), shown(beside.y));
        Mark {
            x: shown(at.0),
            y: shown(at.1),
            text_x,
            text_y,
            anchor: beside.anchor,
            label,
            title,
            to: first.to.clone(),
            class: first.class,
        }
    }

    fn place_of(&self, thing: &Thing) -> Option<(f64, f64)> {
        match &thing.at {
            Some(at) => Some(self.extent.place(projected(at.lon(), at.lat()))),
            // Somewhere in the zone: below its name, which stands at its centre.
            None => self.centres.get(thing.zone.as_deref()?).map(|(x, y)| (*x, y + BELOW_NAME)),
        }
    }
}

fn shape(id: &str, zone: &Zone, extent: &Extent, frame: &Frame) -> (ZoneShape, (f64, f64)) {
    let mut path = String::new();
    for ring in zone.area.rings() {
        for (index, [lon, lat]) in ring.iter().enumerate() {
            let (x, y) = extent.place(projected(*lon, *lat));
            path.push_str(&format!("{}{x:.1} {y:.1}", if index == 0 { "M" } else { "L" }));
        }
        path.push('Z');
    }
    let middle = zone.area.middle().map(|at| projected(at.lon(), at.lat()));
    let centre = extent.place(middle.unwrap_or((extent.west, extent.north)));
    let name = frame.lang.of_both(&zone.name);
    (ZoneShape { id: id.to_owned(), name, path, x: shown(centre.0), y: shown(centre.1), is_uncovered: false }, centre)
}

/// A text of the map takes so much room, in its units: characters of Chinese are twice as wide as others.
fn room(text: &str) -> f64 {
    text.chars().map(|letter| if letter.is_ascii() { 13.0 } else { 25.0 }).sum()
}

/// A part of the map that a text covers.
#[derive(Debug, Clone, Copy)]
struct Covered {
    from: (f64, f64),
    to: (f64, f64),
}

impl Covered {
    fn overlaps(&self, other: &Self) -> bool {
        self.from.0 < other.to.0 && other.from.0 < self.to.0 && self.from.1 < other.to.1 && other.from.1 < self.to.1
    }
}

/// How a label lies beside its mark: how far, and which of its ends is there.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Beside {
    x: f64,
    y: f64,
    anchor: &'static str,
}

/// Right, left, below, above: the first of them where the label covers nothing else.
const BESIDE: [Beside; 4] = [
    Beside { x: 18.0, y: 8.0, anchor: "start" },
    Beside { x: -18.0, y: 8.0, anchor: "end" },
    Beside { x: 0.0, y: 40.0, anchor: "middle" },
    Beside { x: 0.0, y: -24.0, anchor: "middle" },
];

/// A zone's name stands on its middle.
const NAME: Beside = Beside { x: 0.0, y: 0.0, anchor: "middle" };

impl Beside {
    fn covers(&self, (x, y): (f64, f64), label: &str) -> Covered {
        let (width, baseline) = (room(label), y + self.y);
        let start = x + self.x
            - width
                * match self.anchor {
                    "start" => 0.0,
                    "end" => 1.0,
                    _ => 0.5,
                };
        Covered { from: (start, baseline - 22.0), to: (start + width, baseline + 6.0) }
    }
}

/// The tiles of the finest level that is there and not too fine.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "numbers of tiles, which are small and not negative")]
fn tiles(folder: &Path, extent: &Extent) -> Vec<Tile> {
    let fits = |level: &u32| extent.size.0 * f64::from(1_u32 << level) <= TILES_ACROSS && folder.join(level.to_string()).is_dir();
    let Some(level) = LEVELS.rev().find(fits) else { return Vec::new() };
    let across = f64::from(1_u32 << level);
    let span = |start: f64, size: f64| ((start * across).max(0.0) as u32)..=(((start + size) * across).max(0.0) as u32);
    let mut tiles = Vec::new();
    for column in span(extent.west, extent.size.0) {
        for row in span(extent.north, extent.size.1) {
            if tile_file(folder, level, column, row).is_some() {
                let (x, y) = extent.place((f64::from(column) / across, f64::from(row) / across));
                let address = format!("/desk/tiles/{level}/{column}/{row}");
                tiles.push(Tile { x: shown(x), y: shown(y), size: shown(extent.scale() / across), address });
            }
        }
    }
    tiles
}

/// The picture of a tile, in whichever format it is there.
fn tile_file(folder: &Path, level: u32, column: u32, row: u32) -> Option<(PathBuf, &'static str)> {
    let at = folder.join(level.to_string()).join(column.to_string());
    let formats = [("png", "image/png"), ("jpg", "image/jpeg"), ("webp", "image/webp")];
    formats.into_iter().map(|(ending, kind)| (at.join(format!("{row}.{ending}")), kind)).find(|(file, _)| file.is_file())
}

/// `GET /desk/tiles/{level}/{column}/{row}`
pub(super) async fn tile(visit: Visit, State(desk): State<Desk>, Segments((level, column, row)): Segments<(u32, u32, u32)>) -> Response {
    if !Page::Now.is_for(visit.session.role) {
        return visit.refuse(&forbidden());
    }
    let read = tokio::task::spawn_blocking(move || {
        let (file, kind) = tile_file(&desk.hub.dir().join(TILES), level, column, row)?;
        Some((std::fs::read(file).ok()?, kind))
    });
    let Ok(Some((bytes, kind))) = read.await else { return visit.refuse(&Error::new(Code::NotFound, "no such tile")) };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "private, max-age=86400"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], bytes)
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_lies_on_the_map_as_it_does_on_the_earth() {
        let corners = [(111.68, 29.04), (111.74, 29.09)].map(|(lon, lat)| projected(lon, lat));
        let extent = Extent::of(corners.into_iter());
        let at = |lon: f64, lat: f64| extent.place(projected(lon, lat));
        let (west, east) = (at(111.68, 29.04), at(111.74, 29.04));
        assert!(west.0 < east.0 && at(111.7, 29.09).1 < at(111.7, 29.04).1, "east is right, north is up");
        assert!(west.0 > 0.0 && east.0 < WIDTH);
        // A square kilometre is as wide as it is high.
        let metre = 1.0 / 111_195.0;
        let (here, north, beside) =
            (at(111.7, 29.06), at(111.7, 29.06 + 1000.0 * metre), at(111.7 + 1000.0 * metre / 29.06_f64.to_radians().cos(), 29.06));
        assert!(((here.1 - north.1) / (beside.0 - here.0) - 1.0).abs() < 0.01);
    }

    #[test]
    fn a_label_goes_where_it_covers_no_other() {
        let taken = [BESIDE[0].covers((100.0, 100.0), "River"), BESIDE[1].covers((100.0, 100.0), "河街")];
        let free: Vec<_> =
            BESIDE.iter().filter(|beside| !taken.iter().any(|one| one.overlaps(&beside.covers((100.0, 100.0), "x")))).collect();
        assert_eq!(free.iter().map(|beside| beside.anchor).collect::<Vec<_>>(), ["middle", "middle"]);
        assert!(!taken[0].overlaps(&BESIDE[0].covers((100.0, 200.0), "River")));
    }

    #[test]
    fn tiles_are_those_of_the_finest_level_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let extent = Extent::of([projected(111.68, 29.04), projected(111.74, 29.09)].into_iter());
        assert!(tiles(folder.path(), &extent).is_empty());
        let (x, y) = projected(111.7, 29.06);
        for level in [12_u32, 14] {
            let across = f64::from(1_u32 << level);
            let column = folder.path().join(format!("{level}/{}", (x * across).floor()));
            std::fs::create_dir_all(&column).unwrap();
            std::fs::write(column.join(format!("{}.png", (y * across).floor())), b"png").unwrap();
        }
        let found = tiles(folder.path(), &extent);
        assert_eq!(found.len(), 1);
        assert!(found[0].address.starts_with("/desk/tiles/14/"));
    }
}
