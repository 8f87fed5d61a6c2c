//! What Argo CD hands to its plugins, and what it wants to hear of them.

use serde::{Deserialize, Serialize};

/// A parameter that an application gives, as `ARGOCD_APP_PARAMETERS` has it
/// (argo-cd: `ApplicationSourcePluginParameter`).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppParameter {
    /// Its name.
    pub name: String,
    /// A text.
    pub string: Option<String>,
    /// A list of texts.
    pub array: Option<Vec<String>>,
    /// Texts by name: no parameter takes one.
    pub map: Option<serde::de::IgnoredAny>,
}

/// The parameters of an application, by the text of `ARGOCD_APP_PARAMETERS`: `null` where its `plugin` block has none.
///
/// # Errors
/// What is no list of parameters, as `serde_json` says it, without the text itself.
pub fn app_parameters(text: &str) -> Result<Vec<AppParameter>, String> {
    let read: Option<Vec<AppParameter>> = serde_json::from_str(text).map_err(|error| {
        // What is wrong may be a password: only the place is told.
        format!("line {}, column {}", error.line(), error.column())
    })?;
    Ok(read.unwrap_or_default())
}

/// A parameter as the user interface of Argo CD is told of it (argo-cd: `ParameterAnnouncement`).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Announcement {
    /// What an application calls it.
    pub name: String,
    /// For people.
    pub title: String,
    /// What it decides.
    pub tooltip: String,
    /// `string`, `number` or `boolean`.
    pub item_type: &'static str,
    /// `string` or `array`.
    pub collection_type: &'static str,
    /// Its value, of a single one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub string: Option<String>,
    /// Its values, of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub array: Option<Vec<String>>,
}

impl Announcement {
    /// A single value.
    pub fn single(name: &str, item_type: &'static str, value: String, tooltip: &str) -> Self {
        Self {
            name: name.to_owned(),
            title: name.to_owned(),
            tooltip: tooltip.to_owned(),
            item_type,
            collection_type: "string",
            string: Some(value),
            array: None,
        }
    }

    /// A list of texts.
    pub fn list(name: &str, values: Vec<String>, tooltip: &str) -> Self {
        Self {
            collection_type: "array",
            string: None,
            array: Some(values),
            ..Self::single(name, "string", String::new(), tooltip)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_as_argo_cd_sends_them() {
        assert_eq!(app_parameters("null"), Ok(Vec::new()));
        assert_eq!(app_parameters("[]"), Ok(Vec::new()));
        let two = r#"[{"name":"a","string":"b"},{"name":"c","array":["d","e"],"map":null}]"#;
        let two = app_parameters(two).unwrap();
        assert_eq!(two[0].string.as_deref(), Some("b"));
        assert_eq!(
            two[1].array.as_deref(),
            Some(&["d".to_owned(), "e".to_owned()][..])
        );
    }

    #[test]
    fn what_is_no_list_of_parameters_is_not_repeated() {
        for bad in [
            "",
            "{}",
            "hunter2",
            r#"[{"name":1}]"#,
            r#"[{"string":"x"}]"#,
            r#"[{"name":"a","name":"b"}]"#,
            r#"[{"name":"a","values":"hunter2"}]"#,
            "[null]",
        ] {
            let why = app_parameters(bad).unwrap_err();
            assert!(why.starts_with("line "), "{bad}: {why}");
        }
    }
}
