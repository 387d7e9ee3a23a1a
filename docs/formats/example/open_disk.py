#!/usr/bin/env python3
"""Opens an encrypted disk of Lorica without any code of Lorica: descriptor, bundle, seal, data.

usage: open_disk.py NAME.vmdk KEK-AS-64-HEX-DIGITS [OUTPUT]

Needs Python's `cryptography` (Debian: python3-cryptography). Follows docs/formats/disk.md step by step.
The key on the command line is for examples: a real one would show in the process list.
"""
import base64
import hashlib
import hmac
import os
import re
import sys
from urllib.parse import unquote_to_bytes

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def unescape(text):
    return unquote_to_bytes(text)


def main():
    path, kek = sys.argv[1], bytes.fromhex(sys.argv[2])
    raw = open(path, "rb").read()
    lines = raw.decode("utf-8").split("\n")
    values = dict(re.match(r'([\w.]+)\s*=\s*"?([^"]*)"?$', l).groups() for l in lines if re.match(r"[\w.]+\s*=", l))

    # 1. The right KEK? Its check value says so without revealing it.
    kcv = hmac.new(kek, b"lorica-kcv-v1", hashlib.sha256).digest()[:8].hex()
    if kcv != values["ddb.kekCheck"]:
        sys.exit("wrong key: check value %s, the disk needs %s" % (kcv, values["ddb.kekCheck"]))

    # 2. The bundle: one pair whose key id is the descriptor's.
    pairs = re.findall(r"pair/\(fqid/<VMWARE-NULL>/([^/,]*)/([^/,]*),([^,]*),([^,)]*)\)", values["encryptionKeys"])
    provider, key_id, seal, payload = next(p for p in pairs if unescape(p[1]).decode() == values["keyID"])
    assert unescape(seal) == b"AES-256-GCM"
    blob = base64.b64decode(unescape(payload))
    aad = ("lorica-bundle-v1\ndisk\n%s\n%s" % (provider, key_id)).encode()
    text = AESGCM(kek).decrypt(blob[:12], blob[12:], aad).decode()
    fields = {k: unescape(v).decode() for k, v in (f.split("=", 1) for f in text.split(":"))}
    assert fields["type"] == "key" and fields["cipher"] == "XTS-AES-256"
    if fields["object"] != values["ddb.objectId"]:
        sys.exit("bundle of another object: %s" % fields["object"])
    dek = base64.b64decode(fields["key"])

    # 3. The descriptor's own seal, its last line, covers every byte before that line.
    sealed, last = raw[: raw.rindex(b"ddb.seal")], raw[raw.rindex(b"ddb.seal"):]
    mac_key = HKDF(SHA256(), 32, None, b"lorica-descriptor-seal-v1").derive(dek)
    mac = base64.b64encode(hmac.new(mac_key, sealed, hashlib.sha256).digest()).decode()
    if last.decode() != 'ddb.seal = "%s"\n' % mac:
        sys.exit("the descriptor was changed after it was sealed")
    if "ddb.transition" in values:
        sys.exit("an in-place job is under way: " + values["ddb.transition"])

    # 4. The data: XTS-AES-256 per 512-byte sector, tweak = sector number as little-endian 128-bit integer.
    extent = re.search(r'^RW (\d+) VMFS "([^"]+)"$', raw.decode(), re.M)
    data = open(os.path.join(os.path.dirname(path) or ".", extent.group(2)), "rb").read()
    plain = bytearray()
    for sector in range(int(extent.group(1))):
        stored = data[sector * 512:(sector + 1) * 512]
        if not any(stored):
            if fields["zero"] != "hole":
                sys.exit("sector %d is all zeros where ciphertext must be" % sector)
            plain += stored
            continue
        decryptor = Cipher(algorithms.AES(dek), modes.XTS(sector.to_bytes(16, "little"))).decryptor()
        plain += decryptor.update(stored) + decryptor.finalize()

    if len(sys.argv) > 3:
        open(sys.argv[3], "wb").write(plain)
    print("object %s, generation %s, zero=%s, %d sectors, SHA-256 of the plain text %s"
          % (fields["object"], fields["gen"], fields["zero"], len(plain) // 512, hashlib.sha256(plain).hexdigest()))


main()
