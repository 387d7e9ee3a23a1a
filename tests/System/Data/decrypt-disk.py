#!/usr/bin/python3
"""decrypt-disk.py DESCRIPTOR.vmdk|CONFIG.vmx OUT|- KMS-HOST KMS-PORT CLIENT-CERT CLIENT-KEY CA

Follows docs/formats alone: reads the locator, fetches the KEK by its id with PyKMIP's client, opens the bundle, checks the
check value and the seal, and decrypts the data. It shares no code with the product.
"""
import base64, hashlib, hmac, os, re, sys, urllib.parse
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives import hashes
from kmip.pie.client import ProxyKmipClient
from kmip.core.enums import KMIPVersion

path, out, host, port, cert, key, ca = sys.argv[1:8]
raw = open(path, "rb").read()
text = raw.decode("utf-8")
is_disk = path.endswith(".vmdk")

def value(name):
    found = re.findall(r'^%s\s*=\s*"(.*)"$' % re.escape(name), text, re.M)
    assert len(found) == 1, (name, found)
    return found[0]

bundle = value("encryptionKeys" if is_disk else "encryption.bundle")
m = re.fullmatch(r"vmware:key/list/\(pair/\(fqid/<VMWARE-NULL>/([^/,]*)/([^/,]*),AES%2d256%2dGCM,([^)]*)\)\)", bundle, re.I)
assert m, bundle
provider, key_id, payload = m.group(1), m.group(2), m.group(3)
unescape = urllib.parse.unquote

client = ProxyKmipClient(hostname=host, port=int(port), cert=cert, key=key, ca=ca, ssl_version="PROTOCOL_TLSv1_2",
                         kmip_version=KMIPVersion.KMIP_1_2, config_file=os.devnull)
with client:
    kek = client.get(unescape(key_id)).value
print("kek of", unescape(provider), unescape(key_id), "fetched:", len(kek), "bytes")

kcv = hmac.new(kek, b"lorica-kcv-v1", hashlib.sha256).digest()[:8].hex()
assert kcv == value("ddb.kekCheck" if is_disk else "encryption.kekCheck"), "check value differs"
print("check value ok")

blob = base64.b64decode(unescape(payload))
aad = "lorica-bundle-v1\n%s\n%s\n%s" % ("disk" if is_disk else "vm", provider, key_id)
plain = AESGCM(kek).decrypt(blob[:12], blob[12:], aad.encode()).decode()
items = dict((n, unescape(v)) for n, v in (i.split("=", 1) for i in plain.split(":")))
assert items["type"] == "key"
assert items["object"] == value("ddb.objectId" if is_disk else "lorica.vmId")
dek = base64.b64decode(items["key"])

seal_name = "ddb.seal" if is_disk else "encryption.seal"
info = b"lorica-descriptor-seal-v1" if is_disk else b"lorica-vmx-seal-v1"
at = raw.rindex(seal_name.encode())
seal_key = HKDF(hashes.SHA256(), 32, None, info).derive(dek)
assert base64.b64encode(hmac.new(seal_key, raw[:at], hashlib.sha256).digest()).decode() == value(seal_name), "seal differs"
print("seal ok")
if not is_disk:
    sys.exit(0)

assert items["cipher"] == "XTS-AES-256" and len(dek) == 64
extent = re.search(r'^RW (\d+) VMFS "([^"/]+)"$', text, re.M)
sectors, name = int(extent.group(1)), extent.group(2)
zero = bytes(512)
with open(os.path.join(os.path.dirname(path), name), "rb") as source, open(out, "wb") as target:
    for sector in range(sectors):
        block = source.read(512)
        if block == zero:
            assert items["zero"] == "hole", "sector %d is zero" % sector
        else:
            d = Cipher(algorithms.AES(dek), modes.XTS(sector.to_bytes(16, "little"))).decryptor()
            block = d.update(block) + d.finalize()
        if block == zero:
            target.seek(512, 1)
        else:
            target.write(block)
    target.truncate(sectors * 512)
print("data decrypted:", sectors, "sectors")
