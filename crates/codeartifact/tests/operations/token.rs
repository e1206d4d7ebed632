//! Authorization tokens.

use std::time::Duration;

use codeartifact::domain::DomainKey;
use codeartifact::token::{self, Standing, Whose};
use model_codeartifact::types::GetAuthorizationTokenRequest;
use serde_json::json;
use service::Call;
use testkit::{Caller, World};

use crate::support::{Refused, each, reason, resource, shop};

#[test]
fn a_token_opens_its_domain_for_its_bearer_until_it_expires() {
    shop(&[], |world, caller| {
        let answer = caller.ok("GetAuthorizationToken", json!({"domain": "shop", "durationSeconds": 900}));
        assert_eq!(answer["expiration"], 1_700_000_900);
        let text = answer["authorizationToken"].as_str().unwrap();
        assert!(text.len() < 500 && text.starts_with("eyJ2ZXIiOjE"));
        let key = caller.call().installation.token_key;
        let claims = token::verify(&key, text, caller.call().now).unwrap();
        assert_eq!((claims.domain.name.as_str(), claims.domain.account.as_str()), ("shop", "111122223333"));
        assert_eq!((claims.domain.region.as_str(), claims.account.as_str()), ("us-east-1", "111122223333"));
        assert_eq!(claims.principal, "arn:aws:iam::111122223333:user/local");
        world.pass(Duration::from_mins(15));
        assert_eq!(token::verify(&key, text, caller.call().now), Err(token::Refused::Expired));
    });
}

#[test]
fn durations_are_0_or_900_to_43200_seconds() {
    shop(&[], |_, caller| {
        for (duration, expires) in
            [(None, 43_200), (Some(0), 43_200), (Some(900), 900), (Some(43_200), 43_200)]
        {
            let mut input = json!({"domain": "shop"});
            if let Some(duration) = duration {
                input["durationSeconds"] = duration.into();
            }
            assert_eq!(caller.ok("GetAuthorizationToken", input)["expiration"], 1_700_000_000 + expires);
        }
        for duration in [1, 899, 43_201] {
            let input = json!({"domain": "shop", "durationSeconds": duration});
            let refusal = caller.refused("GetAuthorizationToken", input);
            assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
        }
    });
}

#[test]
fn there_is_no_token_for_a_domain_that_is_not_there() {
    each(|world| {
        let refusal = world.caller().refused("GetAuthorizationToken", json!({"domain": "shop"}));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "domain", "shop"));
    });
}

#[test]
fn the_root_user_gets_none() {
    shop(&[], |world, caller| {
        let mut call = caller.call();
        call.principal = "arn:aws:iam::111122223333:root".into();
        let answer = world.store().read_blocking(move |tx| {
            let input = GetAuthorizationTokenRequest {
                domain: "shop".into(),
                domain_owner: None,
                duration_seconds: None,
            };
            token::get(tx, &call, &input)
        });
        assert_eq!(Refused::from(answer.unwrap_err()).name, "AccessDeniedException");
    });
}

/// Whether the domain still takes a token, beyond its signature and its time.
fn admitted(world: &World, key: [u8; 32], text: &str) -> Result<(), token::Refused> {
    let now = world.store().clock().now();
    let claims = token::verify(&key, text, now)?;
    let domain = claims.domain.clone();
    let standing = world.store().read_blocking(move |tx| Standing::read(tx, &domain));
    standing.map_err(|error: store::Error| error).unwrap().admit(&claims, text)
}

fn token_of(caller: &Caller<'_>) -> String {
    let answer = caller.ok("GetAuthorizationToken", json!({"domain": "shop"}));
    answer["authorizationToken"].as_str().unwrap().to_owned()
}

fn revoke(world: &World, call: Call, whose: Whose) -> Result<(), Refused> {
    let domain = DomainKey::of(&call, "shop", None);
    let revoked = world.store().write_blocking(move |tx| token::revoke(tx, &call, &domain, &whose, None));
    revoked.map(drop).map_err(Refused::from)
}

#[test]
fn revoked_tokens_open_nothing_and_later_ones_do() {
    shop(&[], |world, caller| {
        let key = caller.call().installation.token_key;
        let (first, second) = (token_of(caller), {
            world.pass(Duration::from_secs(1));
            token_of(caller)
        });
        assert_eq!(admitted(world, key, &first), Ok(()));
        let claims = token::verify(&key, &first, caller.call().now).unwrap();
        let own = first.clone();
        let done = world.store().write_blocking(move |tx| token::revoke_own(tx, &claims, &own));
        assert_eq!(done, Ok(()));
        assert_eq!(admitted(world, key, &first), Err(token::Refused::Revoked));
        assert_eq!(admitted(world, key, &second), Ok(()), "a single token was revoked");

        let principal = |name: &str| Whose::Principal(format!("arn:aws:iam::111122223333:user/{name}"));
        revoke(world, caller.call(), principal("other")).unwrap();
        assert_eq!(admitted(world, key, &second), Ok(()));
        revoke(world, caller.call(), principal("local")).unwrap();
        assert_eq!(admitted(world, key, &second), Err(token::Refused::Revoked));

        world.pass(Duration::from_secs(1));
        let third = token_of(caller);
        assert_eq!(admitted(world, key, &third), Ok(()));
        revoke(world, caller.call(), Whose::Everybody).unwrap();
        assert_eq!(admitted(world, key, &third), Err(token::Refused::Revoked));

        world.pass(Duration::from_hours(13));
        assert_eq!(world.store().write_blocking(token::sweep), Ok(4));
        assert_eq!(admitted(world, key, &token_of(caller)), Ok(()));
    });
}

#[test]
fn only_the_domains_own_account_revokes_its_tokens() {
    shop(&[], |world, caller| {
        let mut call = caller.call();
        call.account = "444455556666".into();
        call.principal = "arn:aws:iam::444455556666:user/local".into();
        let domain = DomainKey::of(&caller.call(), "shop", None);
        let refused = world
            .store()
            .write_blocking(move |tx| token::revoke(tx, &call, &domain, &Whose::Everybody, None));
        assert_eq!(Refused::from(refused.unwrap_err()).name, "AccessDeniedException");
        let mut call = caller.call();
        call.now = model::Timestamp::from_millis(call.now.millis() - 1);
        let later = Some(caller.call().now);
        let domain = DomainKey::of(&call, "shop", None);
        let refused = world
            .store()
            .write_blocking(move |tx| token::revoke(tx, &call, &domain, &Whose::Everybody, later));
        assert_eq!(Refused::from(refused.unwrap_err()).name, "ValidationException");
    });
}

#[test]
fn a_domain_that_is_created_again_does_not_know_the_tokens_of_the_first() {
    shop(&[], |world, caller| {
        let key = caller.call().installation.token_key;
        let former = token_of(caller);
        for (operation, input) in [
            ("DeleteRepository", json!({"domain": "shop", "repository": "app"})),
            ("DeleteDomain", json!({"domain": "shop"})),
        ] {
            caller.ok(operation, input);
        }
        assert_eq!(
            admitted(world, key, &former),
            Ok(()),
            "nobody says otherwise, and there is nothing to open"
        );
        world.pass(Duration::from_millis(1));
        caller.ok("CreateDomain", json!({"domain": "shop"}));
        assert_eq!(admitted(world, key, &former), Err(token::Refused::OfFormerDomain));
        assert_eq!(admitted(world, key, &token_of(caller)), Ok(()));
    });
}
