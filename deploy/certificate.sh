#!/bin/sh
# A certificate signed by itself, for a trial or a closed network: certificate.sh NAME [FOLDER]
# NAME is the host name or the IPv4 address under which gateways and browsers reach the server.
# Writes FOLDER/park.crt, to be given to gateways and browsers, and FOLDER/park.key, for no one.
set -eu

name=${1:?"usage: certificate.sh NAME [FOLDER]"}
folder=${2:-certs}
case $name in
  *[!0-9.]*) own="DNS:$name" ;;
  *) own="IP:$name" ;;
esac
if [ -e "$folder/park.key" ]; then
  echo "$folder/park.key is there already: move it away first." >&2
  exit 1
fi

mkdir -p "$folder"
umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 825 \
  -subj "/CN=$name" -addext "subjectAltName=$own,DNS:localhost,IP:127.0.0.1" \
  -keyout "$folder/park.key" -out "$folder/park.crt" 2>/dev/null
chmod 644 "$folder/park.crt"
echo "made $folder/park.crt and $folder/park.key, good for 825 days"
