# shellcheck shell=bash
# A certificate authority and a server certificate for `localhost`, made for one node, for tests of amqps. Sourced.

# tls_make DIRECTORY: ca.pem, server.pem, server.key
tls_make() {
    [[ ! -s $1/server.pem ]] || return 0
    mkdir -p "$1"
    (
        umask 077
        cd "$1"
        openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=Switchboard test CA' -keyout ca.key -out ca.pem
        openssl req -newkey rsa:2048 -nodes -subj '/CN=localhost' -keyout server.key -out server.csr
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 \
            -extfile <(echo 'subjectAltName=DNS:localhost') -out server.pem
    ) 2>/dev/null || die "openssl could not make a certificate in $1"
}

# tls_listener PORT: lines for rabbitmq.conf
tls_listener() {
    local dir=$LOCAL/$BROKER_NAME/tls
    printf 'listeners.ssl.1 = 127.0.0.1:%s\n' "$1"
    printf 'ssl_options.cacertfile = %s\nssl_options.certfile = %s\nssl_options.keyfile = %s\n' \
        "$dir/ca.pem" "$dir/server.pem" "$dir/server.key"
    printf 'ssl_options.verify = verify_none\nssl_options.fail_if_no_peer_cert = false\n'
    printf 'ssl_options.versions.1 = tlsv1.3\nssl_options.versions.2 = tlsv1.2\n'
}
