"""All 48 operations through boto3: each answers once as its model says, each refuses as its model says, each list has a
second page. An operation that is neither exercised here nor on the ledger fails."""

import json

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

from tests.aws import Caller, Refusal, answer
from tests.boto3.packages import generic, publish_npm
from tests.boto3.test_coverage import sample, snake
from tests.conftest import missing_operations

MODEL = Session().get_service_model("codeartifact")
OPERATIONS = sorted(MODEL.operation_names)
APP = {"domain": "shop", "repository": "app"}
KIT = {**APP, "format": "npm", "namespace": "acme", "package": "kit"}
VERSION = {**KIT, "packageVersion": "1.0.0"}
GROUP = {"domain": "shop", "packageGroup": "/npm/acme/*"}
CONNECTION = {**APP, "externalConnection": "public:npmjs"}
RESTRICTED = {
    "addAllowedRepositories": [{"repositoryName": "app", "originRestrictionType": "PUBLISH"}],
    "restrictions": {"PUBLISH": "ALLOW_SPECIFIC_REPOSITORIES"},
}
CONTENT = b"a tool of two lines\n" * 2


def policy(caller, action, resource="*"):
    statement = {"Effect": "Allow", "Principal": {"AWS": caller.account}, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def arn(caller, rest):
    return f"arn:aws:codeartifact:{caller.region}:{caller.account}:{rest}"


def tagged(caller):
    return {"resourceArn": arn(caller, "domain/shop")}


def versions(*names, **more):
    return {**KIT, "versions": list(names), **more}


# What each operation is called with, in an order in which all succeed; a function gets the caller.
EXERCISES = [
    ("CreateDomain", {"domain": "shop", "tags": [{"key": "team", "value": "web"}]}),
    ("DescribeDomain", {"domain": "shop"}),
    ("ListDomains", {}),
    ("CreateRepository", APP),
    ("CreateRepository", {"domain": "shop", "repository": "other"}),
    ("DescribeRepository", APP),
    ("UpdateRepository", {**APP, "description": "packages of the web team"}),
    ("ListRepositories", {}),
    ("ListRepositoriesInDomain", {"domain": "shop"}),
    ("AssociateExternalConnection", CONNECTION),
    ("DisassociateExternalConnection", CONNECTION),
    ("GetRepositoryEndpoint", {**APP, "format": "npm"}),
    ("GetAuthorizationToken", {"domain": "shop"}),
    ("PutDomainPermissionsPolicy", lambda c: {"domain": "shop", "policyDocument": policy(c, "codeartifact:DescribeDomain")}),
    ("GetDomainPermissionsPolicy", {"domain": "shop"}),
    ("DeleteDomainPermissionsPolicy", {"domain": "shop"}),
    ("PutRepositoryPermissionsPolicy", lambda c: {**APP, "policyDocument": policy(c, "codeartifact:ReadFromRepository")}),
    ("GetRepositoryPermissionsPolicy", APP),
    ("DeleteRepositoryPermissionsPolicy", APP),
    ("PublishPackageVersion", generic(CONTENT)),
    ("GetPackageVersionAsset", {**APP, "format": "generic", "namespace": "tools", "package": "tool",
                                "packageVersion": "1.0.0", "asset": "tool.bin"}),
    ("ListPackages", APP),
    ("DescribePackage", KIT),
    ("PutPackageOriginConfiguration", {**KIT, "restrictions": {"publish": "ALLOW", "upstream": "BLOCK"}}),
    ("ListPackageVersions", KIT),
    ("DescribePackageVersion", VERSION),
    ("GetPackageVersionReadme", VERSION),
    ("ListPackageVersionDependencies", VERSION),
    ("ListPackageVersionAssets", VERSION),
    ("CreatePackageGroup", {**GROUP, "description": "ours", "contactInfo": "web@example.com"}),
    ("DescribePackageGroup", GROUP),
    ("UpdatePackageGroup", {**GROUP, "description": "still ours"}),
    ("UpdatePackageGroupOriginConfiguration", {**GROUP, **RESTRICTED}),
    ("ListAllowedRepositoriesForGroup", {**GROUP, "originRestrictionType": "PUBLISH"}),
    ("ListPackageGroups", {"domain": "shop"}),
    ("ListSubPackageGroups", {"domain": "shop", "packageGroup": "/*"}),
    ("ListAssociatedPackages", GROUP),
    ("GetAssociatedPackageGroup", {"domain": "shop", "format": "npm", "namespace": "acme", "package": "kit"}),
    ("DeletePackageGroup", GROUP),
    ("CopyPackageVersions", {"domain": "shop", "sourceRepository": "app", "destinationRepository": "other",
                             "format": "npm", "namespace": "acme", "package": "kit", "versions": ["1.0.0"]}),
    ("UpdatePackageVersionsStatus", versions("1.0.0", targetStatus="Archived")),
    ("DisposePackageVersions", versions("1.0.0")),
    ("DeletePackageVersions", versions("1.0.0")),
    ("DeletePackage", KIT),
    ("TagResource", lambda c: {**tagged(c), "tags": [{"key": "stage", "value": "test"}]}),
    ("ListTagsForResource", tagged),
    ("UntagResource", lambda c: {**tagged(c), "tagKeys": ["stage"]}),
    ("DeleteRepository", {"domain": "shop", "repository": "other"}),
    ("DeleteRepository", APP),
    ("DeleteDomain", {"domain": "shop"}),
]


def pending():
    return {entry.split(".", 1)[1] for entry in missing_operations() if entry.startswith("codeartifact.")}


@pytest.fixture(scope="module")
def outcomes(server):
    """What each operation answered in the walk through all of them."""
    caller = Caller(server)
    found = {}
    for operation, parameters in EXERCISES:
        if operation == "DescribePackage":
            publish_npm(caller, "@acme/kit", "1.0.0", dependencies={"left": "^1.0.0"})
        if callable(parameters):
            parameters = parameters(caller)
        try:
            response = getattr(caller.codeartifact, snake(operation))(**parameters)
            if operation == "GetPackageVersionAsset":
                response = {**response, "asset": response["asset"].read()}
            found[operation] = response
        except ClientError as error:
            found[operation] = Refusal(error)
    return found


def test_every_operation_is_exercised_or_on_the_ledger():
    exercised = {operation for operation, _ in EXERCISES}
    assert exercised <= set(OPERATIONS), exercised - set(OPERATIONS)
    assert set(OPERATIONS) - exercised - pending() == set()
    assert len(OPERATIONS) == 48


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_answers_as_its_model_says(outcomes, operation):
    found = outcomes[operation]
    if operation in pending():
        assert isinstance(found, Refusal) and found.status == 501, f"{operation} answers; take it off the ledger"
        return
    assert not isinstance(found, Refusal), f"{operation}: {found}"
    shape = MODEL.operation_model(operation).output_shape
    status = MODEL.operation_model(operation).http.get("responseCode", 200)
    members = answer(found, status)
    assert set(members) <= set(shape.members) if shape else members == {}
    for name in shape.required_members if shape else []:
        assert name in members


def test_the_walk_found_what_it_made(outcomes):
    """A few members of each kind; the particulars have tests of their own."""
    find = lambda operation: {} if isinstance(outcomes[operation], Refusal) else outcomes[operation]  # noqa: E731
    assert find("ListDomains")["domains"][0]["name"] == "shop"
    assert find("DescribePackageVersion")["packageVersion"]["displayName"] == "@acme/kit"
    assert find("GetPackageVersionReadme")["readme"] == "# Kit\n"
    [dependency] = find("ListPackageVersionDependencies")["dependencies"]
    assert (dependency["package"], dependency["dependencyType"]) == ("left", "regular")
    assert find("DeleteDomain")["domain"]["status"] == "Deleted"
    assert find("UpdateRepository")["repository"]["description"] == "packages of the web team"
    if "PublishPackageVersion" not in pending():
        assert find("GetPackageVersionAsset")["asset"] == CONTENT
        assert find("PublishPackageVersion")["status"] == "Published"
    if "GetDomainPermissionsPolicy" not in pending():
        document = json.loads(find("GetDomainPermissionsPolicy")["policy"]["document"])
        assert document["Statement"][0]["Action"] == "codeartifact:DescribeDomain"
    if "CopyPackageVersions" not in pending():
        assert set(find("CopyPackageVersions")["successfulVersions"]) == {"1.0.0"}
    if "GetAssociatedPackageGroup" not in pending():
        assert find("GetAssociatedPackageGroup")["packageGroup"]["pattern"] == "/npm/acme/*"
        assert [group["pattern"] for group in find("ListPackageGroups")["packageGroups"]] == ["/*", "/npm/acme/*"]


# Where a domain that is not there is no error, or there is none in the input.
WITHOUT_DOMAIN = {
    "CreateDomain",
    "DeleteDomain",
    "ListDomains",
    "ListRepositories",
    "ListTagsForResource",
    "TagResource",
    "UntagResource",
}


def wanted(operation):
    """Good parameters of an operation, for a domain that does not exist."""
    for name, parameters in EXERCISES:
        if name == operation and isinstance(parameters, dict):
            return {**parameters, "domain": "nowhere"}
    shape = MODEL.operation_model(operation).input_shape
    return {**sample(shape), "domain": "nowhere"}


def caught(call, parameters):
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return error.value, Refusal(error.value)


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in WITHOUT_DOMAIN])
def test_without_its_domain_each_says_so_in_its_own_class(caller, operation):
    if operation in pending():
        pytest.skip("on the ledger")
    parameters = wanted(operation)
    if "policyDocument" in parameters:
        parameters["policyDocument"] = policy(caller, "codeartifact:*")
    call = getattr(caller.codeartifact, snake(operation))
    error, refusal = caught(call, parameters)
    assert (refusal.status, refusal.code) == (404, "ResourceNotFoundException"), refusal
    assert refusal.members == {"resourceId": "nowhere", "resourceType": "domain"}, refusal
    assert isinstance(error, caller.codeartifact.exceptions.ResourceNotFoundException)
    assert refusal.headers["x-amzn-errortype"].split(":")[0] == "ResourceNotFoundException"
    assert error.response["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in WITHOUT_DOMAIN])
def test_in_another_accounts_domain_each_is_denied(server, caller, operation):
    if operation in pending():
        pytest.skip("on the ledger")
    parameters = {**wanted(operation), "domain": "shop", "domainOwner": Caller(server).account}
    if "policyDocument" in parameters:
        parameters["policyDocument"] = policy(caller, "codeartifact:*")
    error, refusal = caught(getattr(caller.codeartifact, snake(operation)), parameters)
    assert (refusal.status, refusal.code) == (403, "AccessDeniedException"), refusal
    assert isinstance(error, caller.codeartifact.exceptions.AccessDeniedException)


# --- Lists: what a page of one holds, and what fills it.

PAGED = sorted(name for name in OPERATIONS if name.startswith("List") and name != "ListTagsForResource")


@pytest.fixture(scope="module")
def filled(server):
    """An account in which every list has more than one entry."""
    caller = Caller(server)
    client = caller.codeartifact
    for domain in ("other", "shop"):
        client.create_domain(domain=domain)
    for repository in ("app", "other", "third"):
        client.create_repository(domain="shop", repository=repository)
    for package in ("a", "b", "kit"):
        publish_npm(caller, f"@acme/{package}", "1.0.0", dependencies={"left": "1", "right": "2"})
    publish_npm(caller, "@acme/kit", "1.1.0")
    if "PublishPackageVersion" not in pending():
        client.publish_package_version(**generic(CONTENT, name="one.bin", unfinished=True))
        client.publish_package_version(**generic(CONTENT + b"!", name="two.bin"))
    if "CreatePackageGroup" not in pending():
        client.create_package_group(**GROUP)
        client.create_package_group(domain="shop", packageGroup="/npm/acme/a$")
        client.create_package_group(domain="shop", packageGroup="/pypi/*")
        added = [{"repositoryName": name, "originRestrictionType": "PUBLISH"} for name in ("app", "other")]
        restrictions = {"PUBLISH": "ALLOW_SPECIFIC_REPOSITORIES"}
        client.update_package_group_origin_configuration(
            **GROUP, restrictions=restrictions, addAllowedRepositories=added
        )
    return caller


TOOL = {**APP, "format": "generic", "namespace": "tools", "package": "tool", "packageVersion": "1.0.0"}
PAGES = {
    "ListAllowedRepositoriesForGroup": {**GROUP, "originRestrictionType": "PUBLISH"},
    "ListAssociatedPackages": GROUP,
    "ListPackageGroups": {"domain": "shop"},
    "ListPackageVersionAssets": TOOL,
    "ListPackageVersions": KIT,
    "ListRepositoriesInDomain": {"domain": "shop"},
    "ListSubPackageGroups": {"domain": "shop", "packageGroup": "/*"},
    "ListPackages": APP,
    "ListDomains": {},
    "ListRepositories": {},
}


def test_every_list_is_paged_here():
    # This one has no maxResults; its page is larger than any manifest's list of a test.
    assert set(PAGED) - set(PAGES) == {"ListPackageVersionDependencies"}


@pytest.mark.parametrize("operation", sorted(PAGES))
def test_boto3_finds_the_second_page_of_each_list(filled, operation):
    if operation in pending():
        pytest.skip("on the ledger")
    if operation == "ListPackageVersionAssets" and "PublishPackageVersion" in pending():
        pytest.skip("no version has two assets yet")
    client = filled.codeartifact
    [member] = [
        name
        for name, shape in MODEL.operation_model(operation).output_shape.members.items()
        if shape.type_name == "list"
    ]
    call = getattr(client, snake(operation))
    whole = call(**PAGES[operation])[member]
    assert len(whole) > 1, "the fixture fills it"
    assert client.can_paginate(snake(operation))
    pages = client.get_paginator(snake(operation)).paginate(**PAGES[operation], PaginationConfig={"PageSize": 1})
    paged = [page[member] for page in pages]
    assert all(len(page) <= 1 for page in paged)
    assert [entry for page in paged for entry in page] == whole
    token = call(**PAGES[operation], maxResults=1)["nextToken"]
    _, refusal = caught(call, {**PAGES[operation], "maxResults": 1, "nextToken": token[:-2]})
    assert (refusal.status, refusal.code) == (400, "ValidationException"), refusal
