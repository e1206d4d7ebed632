//! Who asks, and whom the `Principal` of a statement names.

use crate::invalid::quoted;

/// Who asks: the ARN of a user, of a session of a role, of a federated user, or of an account itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    arn: String,
    partition: String,
    account: String,
    kind: Kind,
}

/// What kind of identity an ARN names, with what follows the kind.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Root,
    User(String),
    Role(String),
    AssumedRole { role: String, session: String },
    FederatedUser(String),
}

/// One entry of a `Principal` or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    /// `*`: everybody.
    Anyone,
    /// An account: everybody in it.
    Account(String),
    /// A user, a role, or one session.
    Identity(Principal),
    /// A service, an identity provider or a canonical user: nobody who calls this server.
    Foreign,
}

impl Principal {
    /// Reads the ARN of an identity; none where it is not one.
    pub fn parse(arn: &str) -> Option<Principal> {
        let mut parts = arn.splitn(6, ':');
        let (scheme, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, account, rest) = (parts.next()?, parts.next()?, parts.next()?);
        if scheme != "arn" || partition.is_empty() || !region.is_empty() || !is_account(account) {
            return None;
        }
        let (kind, name) = rest.split_once('/').unwrap_or((rest, ""));
        let named = !name.is_empty() && !name.ends_with('/') && !name.contains(['*', '?', ':']);
        let kind = match (service, kind) {
            ("iam", "root") if rest == "root" => Kind::Root,
            ("iam", "user") if named => Kind::User(name.to_owned()),
            ("iam", "role") if named => Kind::Role(name.to_owned()),
            ("sts", "federated-user") if named => Kind::FederatedUser(name.to_owned()),
            ("sts", "assumed-role") if named => {
                let (role, session) = name.rsplit_once('/')?;
                Kind::AssumedRole { role: role.to_owned(), session: session.to_owned() }
            }
            _ => return None,
        };
        Some(Principal {
            arn: arn.to_owned(),
            partition: partition.to_owned(),
            account: account.to_owned(),
            kind,
        })
    }

    /// The ARN as it was given.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The account that the identity belongs to.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The value of `aws:PrincipalArn`: for a session of a role, the role.
    pub fn principal_arn(&self) -> String {
        match &self.kind {
            Kind::AssumedRole { role, .. } => {
                format!("arn:{}:iam::{}:role/{role}", self.partition, self.account)
            }
            _ => self.arn.clone(),
        }
    }

    /// The value of `aws:PrincipalType`.
    pub fn principal_type(&self) -> &'static str {
        match self.kind {
            Kind::Root => "Account",
            Kind::User(_) => "User",
            Kind::Role(_) | Kind::AssumedRole { .. } => "AssumedRole",
            Kind::FederatedUser(_) => "FederatedUser",
        }
    }

    /// The value of `aws:username`, which users alone have: the name without its path.
    pub fn user_name(&self) -> Option<&str> {
        match &self.kind {
            Kind::User(name) => Some(last_segment(name)),
            _ => None,
        }
    }

    /// Whether a policy that names this identity means `caller`: the same one, or the role of its session.
    ///
    /// A session's ARN leaves the role's path out; role names are unique in an account without it.
    fn means(&self, caller: &Principal) -> bool {
        if self.arn == caller.arn {
            return true;
        }
        match (&self.kind, &caller.kind) {
            (Kind::Role(named), Kind::AssumedRole { role, .. }) => {
                self.account == caller.account
                    && self.partition == caller.partition
                    && last_segment(named) == last_segment(role)
            }
            _ => false,
        }
    }
}

impl Named {
    /// Reads one value of `{"AWS": ...}`; a refusal is the rule that it breaks.
    ///
    /// Whether there is such an account, user or role is not looked at (assumed: there is no list of them).
    pub(crate) fn aws(value: &str) -> Result<Named, String> {
        if value == "*" {
            return Ok(Named::Anyone);
        }
        if is_account(value) {
            return Ok(Named::Account(value.to_owned()));
        }
        match Principal::parse(value) {
            Some(Principal { account, kind: Kind::Root, .. }) => Ok(Named::Account(account)),
            Some(identity) => Ok(Named::Identity(identity)),
            None => Err(format!(
                "must be \"*\", an account of twelve digits, or the ARN of an account's root, a user, a role or a \
                 session, without wildcards, not {}",
                quoted(value)
            )),
        }
    }

    /// Whether this entry means the caller.
    pub(crate) fn means(&self, caller: &Principal) -> bool {
        match self {
            Named::Anyone => true,
            Named::Account(account) => *account == caller.account,
            Named::Identity(identity) => identity.means(caller),
            Named::Foreign => false,
        }
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/build/ci";

    fn means(named: &str, caller: &str) -> bool {
        Named::aws(named).unwrap().means(&Principal::parse(caller).unwrap())
    }

    #[test]
    fn an_account_means_everybody_in_it() {
        for named in ["111122223333", "arn:aws:iam::111122223333:root", "*"] {
            assert!(means(named, "arn:aws:iam::111122223333:user/team/ann"), "{named}");
            assert!(means(named, SESSION), "{named}");
        }
        assert!(!means("111122223333", "arn:aws:iam::444455556666:user/ann"));
    }

    #[test]
    fn a_role_means_its_sessions_whatever_its_path() {
        assert!(means("arn:aws:iam::111122223333:role/build", SESSION));
        assert!(means("arn:aws:iam::111122223333:role/team/build", SESSION));
        assert!(means(SESSION, SESSION));
        assert!(!means("arn:aws:iam::111122223333:role/buil", SESSION));
        assert!(!means("arn:aws:iam::444455556666:role/build", SESSION));
        assert!(!means("arn:aws:sts::111122223333:assumed-role/build/other", SESSION));
    }

    #[test]
    fn a_user_means_itself_with_its_path() {
        assert!(means("arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:user/ann"));
        assert!(!means("arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:user/x/ann"));
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for value in [
            "",
            "ann",
            "1111",
            "arn:aws:iam::*:root",
            "arn:aws:iam::111122223333:user/*",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:group/team",
            "arn:aws:iam:eu-west-1:111122223333:user/ann",
            "arn:aws:sts::111122223333:assumed-role/build",
            "arn:aws:iam::111122223333:root/x",
        ] {
            assert!(Named::aws(value).is_err(), "{value}");
        }
    }

    #[test]
    fn a_session_says_its_role_to_conditions() {
        let session = Principal::parse(SESSION).unwrap();
        assert_eq!(session.principal_arn(), "arn:aws:iam::111122223333:role/build");
        assert_eq!(session.principal_type(), "AssumedRole");
        assert_eq!(session.user_name(), None);
        let user = Principal::parse("arn:aws:iam::111122223333:user/team/ann").unwrap();
        assert_eq!(user.user_name(), Some("ann"));
    }
}
