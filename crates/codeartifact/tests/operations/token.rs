//! Authorization tokens.

use std::time::Duration;

use codeartifact::token;
use model_codeartifact::types::GetAuthorizationTokenRequest;
use serde_json::json;

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
