//! Keeps servers from asking each other in circles: every request upstream says through whom it came.

/// The longest chain that is passed on; longer ones are taken for a circle of others.
const CHAIN_BYTES_MAX: usize = 1024;

/// The name of this server in Via headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity(String);

/// The Via headers that a request came with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ViaChain(String);

impl Identity {
    /// Names the server after its installation, by letters, digits and hyphens.
    pub fn new(installation: &str) -> Self {
        let id: String =
            installation.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect();
        Self(format!("homeregion-{id}"))
    }

    /// Whether a request came through this server already: it has to be answered 508.
    pub fn is_in(&self, chain: &ViaChain) -> bool {
        chain.0.len() > CHAIN_BYTES_MAX
            || chain.0.split(',').any(|hop| hop.split_ascii_whitespace().nth(1) == Some(self.0.as_str()))
    }

    /// The Via header of a request upstream that is made for one with this chain.
    pub(super) fn header(&self, chain: &ViaChain) -> String {
        if chain.0.is_empty() { format!("1.1 {}", self.0) } else { format!("{}, 1.1 {}", chain.0, self.0) }
    }
}

impl ViaChain {
    /// Joins the Via headers of a request.
    pub fn of<'a>(headers: impl IntoIterator<Item = &'a str>) -> Self {
        Self(
            headers.into_iter().map(str::trim).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", "),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_recognises_itself_however_many_hops_lie_between() {
        let (here, there) = (Identity::new("a1"), Identity::new("b2"));
        let first = ViaChain::of([here.header(&ViaChain::default()).as_str()]);
        assert!(here.is_in(&first) && !there.is_in(&first));
        let second = ViaChain::of(["1.0 proxy (a comment)", &there.header(&first)]);
        assert_eq!(second, ViaChain("1.0 proxy (a comment), 1.1 homeregion-a1, 1.1 homeregion-b2".into()));
        assert!(here.is_in(&second) && there.is_in(&second));
        assert!(!Identity::new("a").is_in(&second));
        assert!(Identity::new("c3").is_in(&ViaChain::of(["1.1 x, ".repeat(200).as_str()])));
    }

    #[test]
    fn an_identity_is_a_token_whatever_the_installation_is_called() {
        assert_eq!(Identity::new("a, b\r\n"), Identity("homeregion-ab".into()));
    }
}
