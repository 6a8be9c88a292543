"""Says what botocore, which the AWS CLI is made of, reads in pairs of shared files.

Takes a JSON object on standard input, from the name of a pair to the paths of its two
files, and prints one from the name to what is read. Nothing is contacted.
"""

import json
import os
import sys

for name in [n for n in os.environ if n.startswith("AWS_")]:
    del os.environ[name]
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

import botocore.credentials as credentials
import botocore.exceptions
import botocore.session
from botocore.configprovider import ConfiguredEndpointProvider

# What a command, the computer or aws login would give is not asked for.
GIVEN = {"access_key": "K", "secret_key": "S", "token": "T", "expiry_time": "2099-01-01T00:00:00Z", "account_id": "1"}
credentials.EC = object()
credentials.ProcessProvider._retrieve_credentials_using = lambda self, command: dict(GIVEN, expiry_time=None)
credentials.LoginCredentialFetcher.load_cached_credentials = lambda self: dict(GIVEN)
credentials.CanonicalNameCredentialSourcer.source_credentials = lambda self, name: credentials.Credentials("K", "S")

KEY = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
KINDS = {
    "assume-role": "role",
    "assume-role-with-web-identity": "web identity",
    "sso": "sso",
    "shared-credentials-file": "key",
    "config-file": "key",
    "login": "login",
    "custom-process": "process",
}


def flat(settings):
    out = {}
    for key, value in settings.items():
        if isinstance(value, dict):
            out[key] = ""
            out.update({f"{key}.{inner}": v for inner, v in value.items()})
        else:
            out[key] = value
    return out


def signs_in(session, key):
    try:
        found = session.get_credentials()
    except (botocore.exceptions.BotoCoreError, KeyError):
        return "not"
    if not found:
        return "not"
    if KINDS[found.method] == "key":
        key.extend([found.access_key, found.secret_key, found.token or ""])
    return KINDS[found.method]


def endpoints(session, full):
    if session.get_config_variable("ignore_configured_endpoint_urls"):
        return {}
    out = {}
    for service in ("s3", "iam", "sts", "kms"):
        try:
            url = ConfiguredEndpointProvider(full, session.get_scoped_config(), service, environ={}).provide()
        except (botocore.exceptions.BotoCoreError, AttributeError):
            url = "not"
        if url:
            out[service] = url
    return out


def answer(paths):
    os.environ["AWS_SHARED_CREDENTIALS_FILE"], os.environ["AWS_CONFIG_FILE"] = paths
    try:
        full = botocore.session.Session().full_config
    except botocore.exceptions.BotoCoreError as e:
        return {"error": type(e).__name__}
    profiles = {}
    for name, settings in full["profiles"].items():
        session = botocore.session.Session(profile=name)
        key = []
        profiles[name] = {
            # A key is compared as it is used: each file's providers take it from one file.
            "settings": {k: v for k, v in flat(settings).items() if k not in KEY},
            "signs_in": signs_in(session, key),
            "key": " ".join(key),
            "endpoints": endpoints(session, full),
        }
    sections = {kind: {n: flat(s) for n, s in full.get(kind, {}).items()} for kind in ("sso_sessions", "services")}
    return {"profiles": profiles, **sections}


json.dump({name: answer(paths) for name, paths in json.load(sys.stdin).items()}, sys.stdout, indent=1, sort_keys=True, ensure_ascii=False)
print()
