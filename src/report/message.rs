//! One message for a person: what, where, the line, why, what next.

use super::entry::one_line;
use crate::guard::Severity;
use crate::manifest::sensitive::is_hidden;
use crate::text::{Position, Source, Span};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// A message about a place in a text, or about no place at all.
pub struct Message<'a> {
    /// How grave.
    pub severity: Severity,
    /// What to ask `explain` for.
    pub id: Option<&'a str>,
    /// What is wrong.
    pub title: String,
    /// The text and the place in it.
    pub place: Option<Place<'a>>,
    /// The chart's template.
    pub template: Option<&'a str>,
    /// What the marked bytes are.
    pub label: Option<&'a str>,
    /// Further lines: what each is, and its text.
    pub notes: Vec<(&'static str, String)>,
}

/// A place in a text.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The text.
    pub source: Source<'a>,
    /// The bytes that are meant.
    pub span: Span,
    /// Where they begin, for people.
    pub position: Position,
    /// Whether their line may not be shown.
    pub is_hidden: bool,
}

impl<'a> Place<'a> {
    /// Counts the lines up to `span`, and judges the one that it begins on.
    pub fn new(source: Source<'a>, span: Span) -> Self {
        Self {
            source,
            span,
            position: source.position(span.start),
            is_hidden: is_hidden(source.text, span.start),
        }
    }
}

impl<'a> Message<'a> {
    /// An error that names a place.
    pub fn error(title: impl Into<String>, place: Option<Place<'a>>, help: Option<String>) -> Self {
        let notes = help.map(|help| ("help", help)).into_iter().collect();
        Self {
            severity: Severity::Error,
            id: None,
            title: title.into(),
            place,
            template: None,
            label: None,
            notes,
        }
    }

    /// The text, with colours that a writer to no terminal strips.
    pub fn render(&self) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let mut title = level.primary_title(self.title.as_str());
        if let Some(id) = self.id {
            title = title.id(id);
        }
        // A name with a line break would begin a line, which may be a command to whoever keeps the log.
        let template = self.template.map(one_line);
        let group = self.notes.iter().fold(
            self.snippet(Group::with_title(title), template.as_deref()),
            |group, (kind, text)| {
                let level = if *kind == "help" {
                    Level::HELP
                } else {
                    Level::NOTE
                };
                group.element(level.with_name(*kind).message(text.as_str()))
            },
        );
        let mut text = Renderer::styled().render(&[group]);
        text.push('\n');
        text
    }

    fn snippet<'s>(&'s self, group: Group<'s>, template: Option<&'s str>) -> Group<'s> {
        let Some(Place {
            source,
            span,
            position,
            is_hidden,
        }) = self.place
        else {
            return group;
        };
        let line = source.lines(Span::empty(span.start));
        let text = &source.text[line.range()];
        if text.len() > 2000 || is_hidden {
            let origin = Origin::path(source.name)
                .line(position.line)
                .char_column(position.column);
            return match template {
                Some(template) => group.element(origin.section(template)),
                None => group.element(origin),
            };
        }
        let start = span.start - line.start;
        let end = (span.end - line.start).clamp(start, text.len());
        let mut mark = AnnotationKind::Primary.span(start..end);
        if let Some(label) = self.label {
            mark = mark.label(label);
        }
        let mut snippet = Snippet::source(text)
            .line_start(position.line)
            .path(source.name)
            .annotation(mark);
        if let Some(template) = template {
            snippet = snippet.section(template);
        }
        group.element(snippet)
    }
}
