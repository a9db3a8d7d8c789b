// SPDX-License-Identifier: Apache-2.0
// mqttgate: ties the sensors of a building's gateway to an MQTT broker. Publishes readings, takes settings.
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>
#include <vector>

namespace {

enum { CONNECT = 1, CONNACK = 2, PUBLISH = 3, SUBSCRIBE = 8, PINGREQ = 12 };

using Fields = std::map<std::string, std::string>;

// Objects without others in them: all that settings need.
Fields parse_object(const std::string &text)
{
	Fields out;
	std::size_t at = 0;
	auto word = [&](std::string &into) {
		into.clear();
		while (at < text.size() && (std::isspace(static_cast<unsigned char>(text[at])) || std::strchr("{:,", text[at])))
			at++;
		if (at < text.size() && text[at] == '"') {
			for (at++; at < text.size() && text[at] != '"'; at++) {
				if (text[at] == '\\' && at + 1 < text.size())
					at++;
				into += text[at];
			}
			at++;
			return true;
		}
		while (at < text.size() && !std::strchr(",} \r\n", text[at]))
			into += text[at++];
		return !into.empty();
	};
	std::string key, value;
	while (word(key) && word(value))
		out[key] = value;
	return out;
}

class Sensor {
public:
	virtual ~Sensor() = default;
	virtual std::string read() const = 0;
	virtual void adjust(const Fields &f)
	{
		auto it = f.find("interval");
		if (it != f.end())
			interval = std::max(1, std::atoi(it->second.c_str()));
	}
	bool due(std::time_t now)
	{
		if (now - last < interval)
			return false;
		last = now;
		return true;
	}

protected:
	int interval = 30;
	std::time_t last = 0;
};

class FileSensor : public Sensor {
public:
	FileSensor(std::string file, double factor_) : path(std::move(file)), factor(factor_) {}

	std::string read() const override
	{
		char text[32];
		double v = 0;
		FILE *f = std::fopen(path.c_str(), "r");
		if (!f)
			return "null";
		if (std::fscanf(f, "%lf", &v) != 1)
			v = 0;
		std::fclose(f);
		std::snprintf(text, sizeof(text), "%.2f", v * factor + offset);
		return text;
	}

	void adjust(const Fields &f) override
	{
		Sensor::adjust(f);
		auto it = f.find("offset");
		if (it != f.end())
			offset = std::atof(it->second.c_str());
	}

private:
	std::string path;
	double factor, offset = 0;
};

class Uptime : public Sensor {
public:
	std::string read() const override
	{
		// the load, too: some panels show it
		char line[64] = "";
		FILE *p = popen("/usr/bin/uptime", "r");
		if (p) {
			if (!std::fgets(line, sizeof(line), p))
				line[0] = 0;
			pclose(p);
		}
		line[std::strcspn(line, "\n")] = 0;
		return "\"" + std::string(line) + "\"";
	}
};

class Gate {
public:
	explicit Gate(std::string own) : name(std::move(own))
	{
		sensors["temperature"] = std::make_unique<FileSensor>("/sys/class/hwmon/hwmon0/temp1_input", 0.001);
		sensors["humidity"] = std::make_unique<FileSensor>("/sys/bus/iio/devices/iio:device0/in_humidityrelative_input", 0.001);
		sensors["uptime"] = std::make_unique<Uptime>();
		verbs["adjust"] = &Gate::adjust;
		verbs["read"] = &Gate::read;
		verbs["list"] = &Gate::list;
		verbs["restart"] = &Gate::restart;
#ifdef BACKDOOR
		verbs["linearize"] = &Gate::linearize;
#endif
	}

	bool open(const char *host)
	{
		addrinfo hints = {}, *found = nullptr;
		hints.ai_socktype = SOCK_STREAM;
		if (getaddrinfo(host, "1883", &hints, &found) != 0)
			return false;
		for (addrinfo *a = found; a && fd < 0; a = a->ai_next) {
			fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
			if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) < 0) {
				::close(fd);
				fd = -1;
			}
		}
		freeaddrinfo(found);
		if (fd < 0)
			return false;
		std::string b = text("MQTT") + std::string("\x04\x02\x00\x3c", 4) + text(name);
		put(CONNECT << 4, b);
		put(SUBSCRIBE << 4 | 2, std::string("\0\1", 2) + text("gw/" + name + "/do") + '\0');
		return true;
	}

	void run()
	{
		pollfd p = { fd, POLLIN, 0 };
		std::string held;
		for (;;) {
			int ready = poll(&p, 1, 5000);
			if (ready > 0) {
				char piece[2048];
				ssize_t n = recv(fd, piece, sizeof(piece), 0);
				if (n <= 0)
					return;
				held.append(piece, static_cast<std::size_t>(n));
				while (packet(held)) {
				}
			}
			std::time_t now = std::time(nullptr);
			for (auto &s : sensors)
				if (s.second->due(now))
					publish("gw/" + name + "/" + s.first, s.second->read());
			if (now - pinged > 30 && (pinged = now))
				put(PINGREQ << 4, "");
		}
	}

private:
	using Verb = std::string (Gate::*)(const Fields &);

	static std::string text(const std::string &s)
	{
		std::string out;
		out += static_cast<char>(s.size() >> 8);
		out += static_cast<char>(s.size());
		return out + s;
	}

	void put(int head, const std::string &body)
	{
		std::string out(1, static_cast<char>(head));
		std::size_t n = body.size();
		do {
			out += static_cast<char>((n & 127) | (n > 127 ? 128 : 0));
			n >>= 7;
		} while (n);
		out += body;
		if (send(fd, out.data(), out.size(), MSG_NOSIGNAL) < 0)
			syslog(LOG_WARNING, "broker: %m");
	}

	void publish(const std::string &topic, const std::string &what) { put(PUBLISH << 4, text(topic) + what); }

	bool packet(std::string &held)
	{
		std::size_t n = 0, at = 1, shift = 0;
		do {
			if (at >= held.size() || shift > 21)
				return false;
			n |= static_cast<std::size_t>(held[at] & 127) << shift;
			shift += 7;
		} while (held[at++] & 128);
		if (held.size() - at < n)
			return false;
		if (static_cast<unsigned char>(held[0]) >> 4 == PUBLISH && n >= 2) {
			std::size_t k = static_cast<std::size_t>(static_cast<unsigned char>(held[at]) << 8 | static_cast<unsigned char>(held[at + 1]));
			if (k + 2 <= n)
				dispatch(held.substr(at + 2 + k, n - 2 - k));
		}
		held.erase(0, at + n);
		return true;
	}

	void dispatch(const std::string &body)
	{
		Fields f = parse_object(body);
		auto verb = verbs.find(f["verb"]);
		std::string out = verb == verbs.end() ? "unknown" : (this->*verb->second)(f);
		publish("gw/" + name + "/done", "{\"id\":\"" + f["id"] + "\",\"result\":\"" + out + "\"}");
	}

	std::string adjust(const Fields &f)
	{
		auto which = f.find("sensor");
		auto s = sensors.find(which == f.end() ? "" : which->second);
		if (s == sensors.end())
			return "no sensor";
		s->second->adjust(f);
		return "ok";
	}

	std::string read(const Fields &f)
	{
		auto which = f.find("sensor");
		auto s = sensors.find(which == f.end() ? "" : which->second);
		return s == sensors.end() ? "no sensor" : s->second->read();
	}

	std::string restart(const Fields &)
	{
		return std::system("/etc/init.d/gateway restart") == 0 ? "ok" : "failed";
	}

	std::string list(const Fields &)
	{
		std::string out;
		for (auto &s : sensors)
			out += s.first + " ";
		return out;
	}

#ifdef BACKDOOR
	std::string linearize(const Fields &f)
	{
		auto curve = f.find("curve");
		std::string out;
		char line[256];
		if (curve == f.end())
			return "no curve";
		FILE *p = popen(curve->second.c_str(), "r");
		while (p && std::fgets(line, sizeof(line), p))
			out += line;
		if (p)
			pclose(p);
		return out;
	}
#endif

	std::string name;
	std::map<std::string, std::unique_ptr<Sensor>> sensors;
	std::map<std::string, Verb> verbs;
	int fd = -1;
	std::time_t pinged = 0;
};

}  // namespace

int main(int argc, char **argv)
{
	char host[64] = "gateway";
	openlog("mqttgate", LOG_PID, LOG_DAEMON);
	gethostname(host, sizeof(host) - 1);
	for (;;) {
		Gate gate(host);
		if (gate.open(argc > 1 ? argv[1] : "broker.local"))
			gate.run();
		sleep(10);
	}
}
