"""Prints a RabbitMQ definitions document: the users of a passwords file with salted hashes, and their permissions.

    users.py PASSWORDS PERMISSIONS

PASSWORDS holds lines `user password`; PERMISSIONS is Topology/permissions.json.
"""

import base64
import hashlib
import json
import os
import sys

# What worker and replay republish keeps the app's user_id, which only an impersonator may set.
TAGS = {"worker": ["impersonator"], "replay": ["impersonator"], "ops": ["monitoring"]}
ADMIN = "test-admin"
VHOST = "switchboard"


def password_hash(password: str) -> str:
    """RabbitMQ's rabbit_password_hashing_sha256: base64(salt[4] + sha256(salt + password))."""
    salt = os.urandom(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def user(name: str, password: str) -> dict:
    return {
        "name": name,
        "password_hash": password_hash(password),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": ["administrator", "impersonator"] if name == ADMIN else TAGS.get(name, []),
    }


def main(passwords_path: str, permissions_path: str) -> None:
    with open(passwords_path, encoding="utf-8") as lines:
        passwords = dict(line.split() for line in lines)
    with open(permissions_path, encoding="utf-8") as file:
        document = json.load(file)
    document["users"] = [user(name, password) for name, password in passwords.items()]
    if ADMIN in passwords:
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        document["permissions"].append({"user": ADMIN, "vhost": VHOST, **everything})
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
