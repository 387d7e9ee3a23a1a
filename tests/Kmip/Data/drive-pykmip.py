#!/usr/bin/python3
"""drive-pykmip.py HOST PORT PKI OUT : run PyKMIP's own client against a KMIP server and keep
the bytes of every request and response as OUT/<version>-<nn>-<step>.hex
(two lines of hex each: request, response; '#' lines are comments)."""
import sys, os, warnings, logging, traceback
warnings.simplefilter('ignore')
logging.disable(logging.WARNING)
from kmip.pie.client import ProxyKmipClient
from kmip.pie import objects
from kmip.core import enums
from kmip.core.factories import attributes as af
from kmip.services import kmip_protocol

host, port, pki, out = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
only = sys.argv[5].split(',') if len(sys.argv) > 5 else None
os.makedirs(out, exist_ok=True)
trace = []
_w, _r = kmip_protocol.KMIPProtocol.write, kmip_protocol.KMIPProtocol.read
def w(self, data):
    trace.append(('request', bytes(data).hex())); return _w(self, data)
def r(self):
    d = _r(self); trace.append(('response', bytes(d.buffer).hex())); return d
kmip_protocol.KMIPProtocol.write, kmip_protocol.KMIPProtocol.read = w, r

results = []
def client(version, name='client'):
    return ProxyKmipClient(hostname=host, port=port, cert=f'{pki}/{name}.crt', key=f'{pki}/{name}.key',
                           ca=f'{pki}/ca.crt', config_file=os.devnull, kmip_version=version)
n = 0
def step(vname, what, fn):
    global n
    n += 1; trace.clear()
    try:
        val = fn(); ok = 'ok'; s = str(val)
    except Exception as e:
        val = None; ok = 'error'; s = '%s: %s' % (type(e).__name__, e)
    s = ' '.join(s.split())[:300]
    results.append((vname, what, ok, s))
    print(f'{vname} {what:42} {ok:6} {s[:170]}', flush=True)
    with open(f'{out}/{vname}-{n:02d}-{what}.hex', 'w') as f:
        f.write(f'# PyKMIP 0.10.0 client {vname} -> server: {what}\n# outcome: {ok} {s}\n')
        for d, h in trace:
            f.write(f'# {d}\n{h}\n')
    return val

M = enums.CryptographicUsageMask
A = af.AttributeFactory()
VERS = [('1.0', enums.KMIPVersion.KMIP_1_0), ('1.1', enums.KMIPVersion.KMIP_1_1), ('1.2', enums.KMIPVersion.KMIP_1_2),
        ('1.3', enums.KMIPVersion.KMIP_1_3), ('1.4', enums.KMIPVersion.KMIP_1_4), ('2.0', enums.KMIPVersion.KMIP_2_0)]
for vname, v in VERS:
    if only and vname not in only: continue
    n = 0
    with client(v) as c:
        Q = enums.QueryFunction
        fns = [Q.QUERY_OPERATIONS, Q.QUERY_OBJECTS, Q.QUERY_SERVER_INFORMATION, Q.QUERY_APPLICATION_NAMESPACES]
        if vname != '1.0': fns += [Q.QUERY_EXTENSION_LIST, Q.QUERY_EXTENSION_MAP]
        step(vname, 'query', lambda: c.proxy.query(query_functions=fns).__dict__)
        step(vname, 'discover-versions', lambda: [str(x) for x in c.proxy.discover_versions().protocol_versions])
        name = 'kek-%s' % vname
        uid = step(vname, 'create-aes256', lambda: c.create(enums.CryptographicAlgorithm.AES, 256, name=name,
                   cryptographic_usage_mask=[M.ENCRYPT, M.DECRYPT]))
        step(vname, 'create-same-name', lambda: c.create(enums.CryptographicAlgorithm.AES, 256, name=name))
        step(vname, 'get-preactive', lambda: c.get(uid).value.hex())
        step(vname, 'get-attributes-state', lambda: c.get_attributes(uid, ['State', 'Unique Identifier', 'x-nothing']))
        step(vname, 'activate', lambda: c.activate(uid))
        step(vname, 'activate-again', lambda: c.activate(uid))
        step(vname, 'get-active', lambda: c.get(uid).value.hex())
        step(vname, 'locate-name', lambda: c.locate(attributes=[
            A.create_attribute(enums.AttributeType.NAME, name)]))
        step(vname, 'locate-none', lambda: c.locate(attributes=[
            A.create_attribute(enums.AttributeType.NAME, 'no such name')]))
        step(vname, 'locate-maximum', lambda: c.locate(maximum_items=1, attributes=[
            A.create_attribute(enums.AttributeType.OBJECT_TYPE, enums.ObjectType.SYMMETRIC_KEY)]))
        step(vname, 'get-attributes', lambda: [str(x) for x in c.get_attributes(uid)[1]])
        step(vname, 'get-attribute-list', lambda: c.get_attribute_list(uid))
        step(vname, 'destroy-active', lambda: c.destroy(uid))
        step(vname, 'revoke', lambda: c.revoke(enums.RevocationReasonCode.CESSATION_OF_OPERATION, uid,
                   revocation_message='no longer used'))
        step(vname, 'get-deactivated', lambda: c.get(uid).value.hex())
        step(vname, 'destroy', lambda: c.destroy(uid))
        step(vname, 'get-destroyed', lambda: c.get(uid))
        step(vname, 'get-no-such', lambda: c.get('no-such-identifier'))
        step(vname, 'create-bad-length', lambda: c.create(enums.CryptographicAlgorithm.AES, 255))
        reg = step(vname, 'register-aes256', lambda: c.register(objects.SymmetricKey(
            enums.CryptographicAlgorithm.AES, 256, bytes(range(32)), masks=[M.ENCRYPT, M.DECRYPT, M.WRAP_KEY, M.UNWRAP_KEY], name='registered')))
        step(vname, 'activate-registered', lambda: c.activate(reg))
        tgt = step(vname, 'create-for-wrapping', lambda: c.create(enums.CryptographicAlgorithm.AES, 256))
        step(vname, 'get-wrapped', lambda: c.get(tgt, {'wrapping_method': enums.WrappingMethod.ENCRYPT,
             'encryption_key_information': {'unique_identifier': reg, 'cryptographic_parameters': {
                 'block_cipher_mode': enums.BlockCipherMode.NIST_KEY_WRAP}},
             'encoding_option': enums.EncodingOption.NO_ENCODING}).value.hex())
        if vname not in ('1.0', '1.1'):
            p = {'block_cipher_mode': enums.BlockCipherMode.CBC, 'padding_method': enums.PaddingMethod.PKCS5,
                 'cryptographic_algorithm': enums.CryptographicAlgorithm.AES}
            enc = step(vname, 'encrypt-aes-cbc', lambda: c.encrypt(b'sixteen byte msg.', reg, p, bytes(16)))
            if enc: step(vname, 'decrypt-aes-cbc', lambda: c.decrypt(enc[0], reg, p, bytes(16)))
        sd = step(vname, 'register-secret', lambda: c.register(objects.SecretData(b'hunter2', enums.SecretDataType.PASSWORD)))
        step(vname, 'get-secret', lambda: c.get(sd))
        op = step(vname, 'register-opaque', lambda: c.register(objects.OpaqueObject(b'\x01\x02\x03', enums.OpaqueDataType.NONE)))
        step(vname, 'get-opaque', lambda: c.get(op))
        kp = step(vname, 'create-key-pair', lambda: c.create_key_pair(enums.CryptographicAlgorithm.RSA, 2048,
             public_usage_mask=[M.VERIFY], private_usage_mask=[M.SIGN]))
        if kp:
            step(vname, 'get-public', lambda: c.get(kp[0]))
            step(vname, 'get-private', lambda: c.get(kp[1]))
        step(vname, 'rekey', lambda: c.rekey(uid=reg))
        with client(v, 'client-b') as b:
            step(vname, 'other-client-get', lambda: b.get(reg))
            step(vname, 'other-client-locate', lambda: b.locate())
            step(vname, 'other-client-destroy', lambda: b.destroy(tgt))
