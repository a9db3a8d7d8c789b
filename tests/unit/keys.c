/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and certificates made with openssl, ssh-keygen, dropbearkey and puttygen (tests/golden/ins/key).
 * The fingerprints expected here were computed with
 * openssl pkey -pubout -outform DER | sha256sum (and ssh-keygen -e -m PKCS8 for the SSH ones). */
#include "collect.h"

#include <stdlib.h>

#include "inspect/crypto.h"

extern const as_inspector as_inspector_key, as_inspector_certificate, as_inspector_authorized_keys;

#define RSA1 "28272474ef4a99747b810ef55288fa8d5184b9cadba29a3edf1fe68d86ccba65"

static as_buf read_file(const char *name)
{
	char path[4096];
	const char *root = getenv("ASSAY_SOURCE");
	(void)snprintf(path, sizeof(path), "%s/tests/golden/ins/key/%s", root ? root : ".", name);
	FILE *f = fopen(path, "rb");
	as_buf b = { 0 };
	uint8_t *to = as_buf_room(&b, 65536);
	if (!f || !to)
		fail_msg("cannot read %s", path);
	b.n = fread(to, 1, 65536, f);
	fclose(f);
	return b;
}

static void expect_row(const char *file, const char *row)
{
	as_buf b = read_file(file);
	collected all = collect(&as_inspector_key, as_buf_span_of(&b), "data", "");
	char whole[700];
	(void)snprintf(whole, sizeof(whole), "key 0+%zu %s\n",
		b.n - (as_at(as_buf_span_of(&b), b.n - 1) == '\n'), row);
	if (strcmp((const char *)all.text.p, whole) != 0)
		fail_msg("%s:\nwant %sgot  %s", file, whole, (const char *)all.text.p);
	collected_free(&all);
	as_buf_free(&b);
}

static void every_encoding_gives_one_fingerprint(void **state)
{
	(void)state;
	expect_row("rsa1.pem",
		"part=private format=pem-pkcs1 algorithm=rsa bits=2048 fingerprint=" RSA1
		" parse=ok");
	expect_row("rsa8.pem",
		"part=private format=pem-pkcs8 algorithm=rsa bits=2048 fingerprint=" RSA1
		" parse=ok");
	expect_row("rsa1.der",
		"part=private format=der-pkcs1 algorithm=rsa bits=2048 fingerprint=" RSA1
		" parse=ok");
	expect_row("rsa8.der",
		"part=private format=der-pkcs8 algorithm=rsa bits=2048 fingerprint=" RSA1
		" parse=ok");
	expect_row("rsapub.pem",
		"part=public format=pem-spki algorithm=rsa bits=2048 fingerprint=" RSA1
		" parse=ok");
	expect_row("a.p12", "part=private format=pkcs12 algorithm=rsa bits=2048 fingerprint=" RSA1
			    " parse=ok comment=opens with the password \"changeit\"");
	expect_row("ec.pem",
		"part=private format=pem-sec1 algorithm=ec bits=256 fingerprint="
		"0a89e2c2d51e70e4630e6b77a8b49b57dc63f7d67cd188c8ee6a1e0631188c68 parse=ok");
	expect_row("ec.der",
		"part=private format=der-sec1 algorithm=ec bits=256 fingerprint="
		"0a89e2c2d51e70e4630e6b77a8b49b57dc63f7d67cd188c8ee6a1e0631188c68 parse=ok");
	expect_row("ed.pem",
		"part=private format=pem-pkcs8 algorithm=ed25519 bits=256 fingerprint="
		"40e1ff1b53fd58a5a619fa904ab4ba4ca918d9bc2b9eb3db85a2f6c488409ec1 parse=ok");
}

static void encrypted_keys_are_recognised(void **state)
{
	(void)state;
	expect_row("rsa1enc.pem", "part=private format=pem-pkcs1 parse=encrypted");
	expect_row("rsa8enc.pem", "part=private format=pem-pkcs8 parse=encrypted");
	expect_row("rsa8enc.der", "part=private format=der-pkcs8 parse=encrypted");
	expect_row("b.p12", "part=private format=pkcs12 parse=encrypted");
	expect_row("sshrsa",
		"part=private format=openssh algorithm=rsa bits=2048 fingerprint="
		"7318f7666a277866f2b05a330d069ca4b79382c8004a7fbc2393fc0a3fe19456 parse=encrypted");
}

static void ssh_keys_have_the_same_fingerprint_as_their_spki(void **state)
{
	(void)state;
	expect_row("sshec", "part=private format=openssh algorithm=ec bits=256 fingerprint="
			    "4f27a70e80e70a2edcc536e82af05957969e6a11c5482b499b0dcef2b308fcaa "
			    "parse=ok comment=ec");
	expect_row("sshed",
		"part=private format=openssh algorithm=ed25519 bits=256 fingerprint="
		"92ed4e27306503d792717084378170c6b1e502fa4a486af43b86c92e5ca2e600 parse=ok "
		"comment=ops@example");
	expect_row("sshed.pub",
		"part=public format=openssh algorithm=ed25519 bits=256 fingerprint="
		"92ed4e27306503d792717084378170c6b1e502fa4a486af43b86c92e5ca2e600 parse=ok "
		"comment=ops@example");
	expect_row("db_rsa",
		"part=private format=dropbear algorithm=rsa bits=2048 fingerprint="
		"b4626145ad1b06defe941c68518ee78b1dad3750172ddc2d11f909c992c007aa parse=ok");
	expect_row("db_ecdsa",
		"part=private format=dropbear algorithm=ec bits=256 fingerprint="
		"ddc4fc7f151ac4cbb2469fb87814c9a2be1d7c600108d81bc52277a83eefbb21 parse=ok");
	expect_row("db_ed25519",
		"part=private format=dropbear algorithm=ed25519 bits=256 fingerprint="
		"590f03498113d28b3ffaf94b83a84c4a210d8611e2a00da784888395b39e3ecb parse=ok");
}

static void keys_inside_other_bytes_have_their_offset(void **state)
{
	(void)state;
	as_buf pem = read_file("ec.pem"), whole = { 0 };
	as_buf_text(&whole, "\x7f"
			    "ELF -----BEGIN PRIVATE KEY-----");
	as_buf_u32(&whole, 0);
	size_t at = whole.n;
	as_buf_add(&whole, pem.p, pem.n);
	as_buf_text(&whole, "-----BEGIN RSA PRIVATE KEY-----\n%s\n-----END RSA PRIVATE KEY-----\n");
	size_t json = whole.n + strlen("{\"k\":\"");
	as_buf_text(&whole, "{\"k\":\"");
	for (size_t i = 0; i < pem.n; i++)
		as_buf_print(&whole, pem.p[i] == '\n' ? "\\n" : "%c", pem.p[i]);
	as_buf_text(&whole, "\"}");
	collected all = collect(&as_inspector_key, as_buf_span_of(&whole), "elf", "");
	char want[64];
	assert_int_equal(all.rows, 2);
	(void)snprintf(want, sizeof(want), "key %zu+%zu part=private", at, pem.n - 1);
	expect_has(&all, want);
	(void)snprintf(want, sizeof(want), "key %zu+", json);
	expect_has(&all, want);
	collected_free(&all);
	as_buf_free(&pem);
	as_buf_free(&whole);
}

static void openvpn_static_keys_are_secrets(void **state)
{
	(void)state;
	as_span key =
		as_lit("# 2048 bit OpenVPN static key\n-----BEGIN OpenVPN Static key V1-----\n"
		       "6acef03f62675b4b1bbd03e53b187727\n423cea742242106cb2916a8a4c829756\n"
		       "-----END OpenVPN Static key V1-----\n");
	collected all = collect(&as_inspector_key, key, "pem", "");
	assert_int_equal(all.rows, 1);
	expect_has(&all, "secret 30+139 kind=vpn name=OpenVPN static key value=6acef03f");
	collected_free(&all);
}

static void truncated_keys_never_parse(void **state)
{
	(void)state;
	static const char *const files[] = { "rsa1.der", "rsa8enc.der", "a.p12", "db_ecdsa",
		"db_ed25519", "k.ppk", "rsacert.der" };
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		as_buf b = read_file(files[i]);
		size_t step = strcmp(files[i], "k.ppk") == 0 ? b.n : 7;
		for (size_t n = 0; n + 1 < b.n; n += step) {
			as_span part = as_bytes(b.p, n);
			collected key = collect(&as_inspector_key, part, "data", "");
			collected cert = collect(&as_inspector_certificate, part, "data", "");
			assert_int_equal(key.rows + cert.rows, 0);
			collected_free(&key);
			collected_free(&cert);
		}
		as_buf_free(&b);
	}
}

static void certificates_have_all_columns(void **state)
{
	(void)state;
	static const char *const files[] = { "rsacert.pem", "rsacert.der", "a.p12" };
	for (size_t i = 0; i < 3; i++) {
		as_buf b = read_file(files[i]);
		collected all = collect(&as_inspector_certificate, as_buf_span_of(&b), "data", "");
		assert_int_equal(all.rows, 1);
		expect_has(&all, "subject=O=Test,CN=device.example issuer=O=Test,CN=device.example "
				 "serial=482e8353622eba694b4770e5f77df02671564c1f "
				 "not_before=2026-11-23T19:57:40Z "
				 "not_after=2036-11-20T19:57:40Z signature=sha256WithRSAEncryption "
				 "algorithm=rsa "
				 "bits=2048 ca=1 self_signed=1 fingerprint=" RSA1 " sha256="
				 "8a454b18df678afc354dcb08f8ad867e53f6846755d0847d192234b2e6f57838 "
				 "names=a.example 192.0.2.1 bundle=1");
		collected_free(&all);
		as_buf_free(&b);
	}
}

static void authorized_keys_with_options(void **state)
{
	(void)state;
	as_buf pub = read_file("sshed.pub"), file = { 0 };
	as_buf_text(&file, "# who may\ncommand=\"/bin/x y\",no-pty ");
	as_buf_add(&file, pub.p, pub.n);
	as_buf_text(&file, "ssh-rsa notbase64!! nobody\n");
	collected all = collect(&as_inspector_authorized_keys, as_buf_span_of(&file), "text",
		"/home/ops/.ssh/authorized_keys");
	assert_int_equal(all.rows, 1);
	expect_has(&all,
		"authorized_key 10+118 user=ops type=ssh-ed25519 bits=256 fingerprint=92ed4e27");
	expect_has(&all, "options=command=\"/bin/x y\",no-pty comment=ops@example");
	collected_free(&all);
	as_buf_free(&pub);
	as_buf_free(&file);
}

static int prepare(void **state)
{
	(void)state;
	return as_crypto_prepare() ? 0 : 1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_encoding_gives_one_fingerprint),
		cmocka_unit_test(encrypted_keys_are_recognised),
		cmocka_unit_test(ssh_keys_have_the_same_fingerprint_as_their_spki),
		cmocka_unit_test(keys_inside_other_bytes_have_their_offset),
		cmocka_unit_test(openvpn_static_keys_are_secrets),
		cmocka_unit_test(truncated_keys_never_parse),
		cmocka_unit_test(certificates_have_all_columns),
		cmocka_unit_test(authorized_keys_with_options),
	};
	return cmocka_run_group_tests(tests, prepare, NULL);
}
