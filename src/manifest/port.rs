//! The ports that a container declares.

use super::Container;
use serde_json::Value;

/// One entry of `ports`. A container may listen elsewhere, too: declaring is only a word to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port<'v> {
    /// Its name, or nothing.
    pub name: &'v str,
    /// `containerPort`.
    pub number: u16,
    /// `TCP` unless written.
    pub protocol: &'v str,
}

impl<'v> Container<'v> {
    /// Its declared ports; entries without a legal number are left out.
    pub fn ports(self) -> impl Iterator<Item = Port<'v>> {
        let ports = self.value["ports"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        ports.iter().filter_map(|port| {
            Some(Port {
                name: port["name"].as_str().unwrap_or_default(),
                number: number(&port["containerPort"])?,
                protocol: port["protocol"].as_str().unwrap_or("TCP"),
            })
        })
    }
}

/// A port number from 1 to 65535.
pub(super) fn number(value: &Value) -> Option<u16> {
    let number = u16::try_from(value.as_u64()?).ok()?;
    (number > 0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::super::Pod;
    use serde_json::json;

    #[test]
    fn legal_ports_with_their_defaults() {
        let value = json!({"spec": {"containers": [{"ports": [
            {"name": "ui", "containerPort": 4040},
            {"containerPort": 53, "protocol": "UDP"},
            {"containerPort": 0}, {"containerPort": 70000}, {"containerPort": "http"}, null,
        ]}]}});
        let container = Pod { value: &value }.containers().next().unwrap();
        let ports: Vec<_> = container
            .ports()
            .map(|p| format!("{} {} {}", p.name, p.number, p.protocol))
            .collect();
        assert_eq!(ports, ["ui 4040 TCP", " 53 UDP"]);
    }
}
