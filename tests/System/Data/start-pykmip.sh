#!/bin/bash
# Origin: the project's shared KMIP test material; Apache-2.0 like the rest.
# start-pykmip.sh DIRECTORY PORT
#
# Runs a real PyKMIP 0.10 key server (Debian 12 package python3-pykmip) in the
# foreground on 127.0.0.1:PORT, with mutual TLS, keeping everything it needs
# under DIRECTORY.  It listens 2-8 s after the start: wait for the port.  Stop it
# with SIGINT (about 3 s); SIGTERM takes up to 13 s, for it lets an accept of 10 s
# run out first.  For tests only: PyKMIP keeps key material unencrypted in SQLite.
#
#   DIRECTORY/pki/ca.crt, ca.key              test CA (ten years, RSA 2048)
#   DIRECTORY/pki/server.crt, server.key      CN=localhost, SAN localhost,127.0.0.1
#   DIRECTORY/pki/client.crt, client.key      CN=kmip-client-a  (KMIP identity A)
#   DIRECTORY/pki/client-b.crt, client-b.key  CN=kmip-client-b  (KMIP identity B)
#   DIRECTORY/pki/client-noeku.crt, .key      valid chain, but no clientAuth EKU:
#                                             PyKMIP answers AUTHENTICATION_NOT_SUCCESSFUL
#   DIRECTORY/pki/stranger.crt, stranger.key  self-signed: TLS handshake must fail
#   DIRECTORY/policy/                         operation-policy JSON files (may be empty)
#   DIRECTORY/server.conf                     rewritten on every start
#   DIRECTORY/keys.sqlite                     managed objects; delete it for a fresh server
#   DIRECTORY/server.log                      at DEBUG it holds every request and
#                                             response as hex (keys included)
#
# Environment: PYKMIP_LOG=INFO|DEBUG (default INFO)
#              PYKMIP_HOST=address to bind (default 127.0.0.1; IPv4 only)
#              PYKMIP_SERVER_KEY=rsa|ec (default rsa; used when the server
#              certificate is made, see tls_cipher_suites below)
set -euo pipefail
umask 077

if [ $# -ne 2 ] || ! [[ $2 =~ ^[0-9]+$ ]]; then
    echo "usage: $0 DIRECTORY PORT" >&2
    exit 64
fi
command -v openssl >/dev/null || { echo "$0: openssl is missing (apt-get install openssl)" >&2; exit 69; }
[ -x /usr/bin/pykmip-server ] || { echo "$0: pykmip-server is missing (apt-get install python3-pykmip)" >&2; exit 69; }

mkdir -p "$1/pki" "$1/policy"
dir=$(cd "$1" && pwd)
port=$2
host=${PYKMIP_HOST:-127.0.0.1}
pki=$dir/pki

# --- certificates -----------------------------------------------------------
# A CA with an explicit keyUsage: OpenSSL 3 and .NET both refuse sloppy chains.
if [ ! -s "$pki/ca.crt" ]; then
    openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 \
        -keyout "$pki/ca.key" -out "$pki/ca.crt" -subj "/O=KMIP test/CN=KMIP test CA" \
        -addext basicConstraints=critical,CA:TRUE \
        -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
fi

# issue NAME COMMON-NAME EXTENSION-LINE...   (an end-entity certificate from the CA)
issue() {
    local name=$1 cn=$2
    shift 2
    [ -s "$pki/$name.crt" ] && return 0
    local new=(-newkey rsa:2048)
    if [ "$name" = server ] && [ "${PYKMIP_SERVER_KEY:-rsa}" = ec ]; then
        new=(-newkey ec -pkeyopt ec_paramgen_curve:P-256)
    fi
    openssl req -new "${new[@]}" -nodes -sha256 -keyout "$pki/$name.key" \
        -out "$pki/$name.csr" -subj "/O=KMIP test/CN=$cn" 2>/dev/null
    openssl x509 -req -sha256 -days 825 -in "$pki/$name.csr" -out "$pki/$name.crt.new" \
        -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -CAcreateserial \
        -extfile <(printf '%s\n' basicConstraints=critical,CA:FALSE \
                   subjectKeyIdentifier=hash authorityKeyIdentifier=keyid "$@") 2>/dev/null
    mv "$pki/$name.crt.new" "$pki/$name.crt"
    rm -f "$pki/$name.csr"
}

# keyEncipherment is needed too: PyKMIP's "TLS1.2" suite list still holds
# RSA-key-exchange suites, and some old KMIP clients only offer those.
issue server localhost \
    keyUsage=critical,digitalSignature,keyEncipherment extendedKeyUsage=serverAuth \
    "subjectAltName=DNS:localhost,IP:127.0.0.1"
# PyKMIP takes the client's identity (object ownership) from the subject CN and
# insists on clientAuth in the extended key usage; exactly one CN must be there.
issue client kmip-client-a \
    keyUsage=critical,digitalSignature,keyEncipherment extendedKeyUsage=clientAuth
issue client-b kmip-client-b \
    keyUsage=critical,digitalSignature,keyEncipherment extendedKeyUsage=clientAuth
issue client-noeku kmip-client-noeku \
    keyUsage=critical,digitalSignature,keyEncipherment
if [ ! -s "$pki/stranger.crt" ]; then
    openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 825 \
        -keyout "$pki/stranger.key" -out "$pki/stranger.crt" -subj "/CN=stranger" \
        -addext extendedKeyUsage=clientAuth 2>/dev/null
fi

# --- configuration ----------------------------------------------------------
# auth_suite=TLS1.2  the other choice, Basic, is TLS 1.0 only, which Debian 12's
#                    OpenSSL 3 (SECLEVEL 2, MinProtocol TLSv1.2) refuses outright.
# tls_cipher_suites  left out on purpose: PyKMIP only lets through names that are
#                    on its own short TLS 1.2 list anyway, and TLS 1.2 is all it
#                    speaks (a client that insists on TLS 1.3 cannot connect).
#                    With an RSA server key that list has CBC suites only; .NET 10
#                    with its default policy meets it at
#                    TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 (measured).  A client
#                    that allows only AES-GCM needs PYKMIP_SERVER_KEY=ec, which
#                    makes ECDHE-ECDSA-AES256-GCM-SHA384 possible (measured).
# policy_path        must be set: with none, pykmip-server lists its working
#                    directory for *.json once a second.
# database_path      must be set: the default is /tmp/pykmip.database, shared by
#                    every server on the machine and readable by all.
cat > "$dir/server.conf" <<CONF
[server]
hostname=$host
port=$port
certificate_path=$pki/server.crt
key_path=$pki/server.key
ca_path=$pki/ca.crt
auth_suite=TLS1.2
policy_path=$dir/policy
enable_tls_client_auth=True
logging_level=${PYKMIP_LOG:-INFO}
database_path=$dir/keys.sqlite
CONF

# --- run --------------------------------------------------------------------
# ssl.wrap_socket, which the package still uses, went away in Python 3.12; Debian
# 12's /usr/bin/python3 is 3.11, the last that runs this server unpatched, so name
# it: another python3 may come first in PATH.  (Debian 13 and sid patch it.)
# -W ignore hides deprecation warnings of cryptography, ssl and SQLAlchemy.
cd "$dir"
echo "pykmip-server: $host:$port, files in $dir" >&2
exec /usr/bin/python3 -W ignore /usr/bin/pykmip-server \
    -f "$dir/server.conf" -l "$dir/server.log"
