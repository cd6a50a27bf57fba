#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

/// Real child processes for tests: started with exactly the arguments and environment that are given, heard out, killed.
namespace lockstep::testing {

/// Ends the test with this message. (What returns values cannot use ASSERT_…; GoogleTest reports exceptions.)
inline void require(bool holds, const std::string& message) {
    if (!holds) throw std::runtime_error(message);
}

inline std::int64_t steady_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Asks again and again until `holds()` or the time is over. Returns whether it held.
inline bool wait_until(std::int64_t timeout_ms, const std::function<bool()>& holds, std::int64_t every_ms = 10) {
    for (const std::int64_t until = steady_ms() + timeout_ms; !holds(); std::this_thread::sleep_for(std::chrono::milliseconds(every_ms)))
        if (steady_ms() > until) return false;
    return true;
}

inline std::string read_file(const std::filesystem::path& path) {
    const std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

inline void write_file(const std::filesystem::path& path, std::string_view text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    require(bool(file.flush()), "cannot write " + path.string());
}

/// A new folder that goes with the object; LOCKSTEP_KEEP_TEST_FILES in the environment leaves it to look at.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "lockstep-test-XXXXXX").string();
        require(::mkdtemp(pattern.data()) != nullptr, "no temporary folder can be made");
        path_ = pattern;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        if (std::getenv("LOCKSTEP_KEEP_TEST_FILES") == nullptr) std::filesystem::remove_all(path_, ignored);
    }
    std::string file(std::string_view name) const { return (path_ / name).string(); }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// A port that is free now and that the kernel does not give to clients: so it is still free after a restart.
inline std::uint16_t free_port() {
    std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
    int first_of_clients = 32768;
    range >> first_of_clients;
    std::mt19937 random(std::random_device{}());
    for (int tries = 0; tries < 1000; ++tries) {
        const int low = first_of_clients > 20000 ? 10240 : 40000, high = first_of_clients > 20000 ? first_of_clients - 1 : 65000;
        const auto port = static_cast<std::uint16_t>(std::uniform_int_distribution(low, high)(random));
        const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool is_free = ::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        ::close(descriptor);
        if (is_free) return port;
    }
    throw std::runtime_error("no port is free");
}

/// `NAME=value` lines for a child: only what a program needs to run at all, so that nothing of the caller's leaks in.
inline std::vector<std::string> bare_environment() {
    std::vector<std::string> all;
    for (const char* name : {"PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "TMPDIR"})
        if (const char* value = std::getenv(name)) all.push_back(std::string(name) + "=" + value);
    return all;
}

/// A child process. It dies with this object, and with the thread that started it (so start it in one that stays).
class Process {
public:
    struct Options {
        std::vector<std::string> arguments;  ///< the program first
        std::vector<std::string> environment = bare_environment();
        std::string folder;  ///< working directory; `<name>.out` and `<name>.err` are written here
        std::string name = "program";
        bool append = false;  ///< goes on in the output files of an earlier process of that name
    };

    explicit Process(const Options& options)
        : out_((std::filesystem::path(options.folder) / (options.name + ".out")).string()),
          err_((std::filesystem::path(options.folder) / (options.name + ".err")).string()) {
        std::vector<char*> arguments, environment;
        for (const auto& text : options.arguments) arguments.push_back(const_cast<char*>(text.c_str()));
        for (const auto& text : options.environment) environment.push_back(const_cast<char*>(text.c_str()));
        arguments.push_back(nullptr);
        environment.push_back(nullptr);
        const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (options.append ? O_APPEND : O_TRUNC);
        const int out = ::open(out_.c_str(), flags, 0600), err = ::open(err_.c_str(), flags, 0600);
        require(out >= 0 && err >= 0, "cannot write into " + options.folder);
        const pid_t parent = ::getpid();
        pid_ = ::fork();
        if (pid_ == 0) become(arguments.data(), environment.data(), options.folder.c_str(), out, err, parent);
        ::close(out);
        ::close(err);
        require(pid_ > 0, "cannot start a process");
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() { kill(); }

    pid_t pid() const { return pid_; }
    void signal(int number) const {
        if (!status_) ::kill(pid_, number);
    }
    /// Ends it at once (SIGKILL) and waits until it has gone.
    void kill() {
        signal(SIGKILL);
        if (!status_) (void)reap(0);
    }
    bool is_running() { return !status_ && !reap(WNOHANG); }
    /// Returns the exit code, 128 + the number of the signal that ended it, or nullopt if the time is over.
    std::optional<int> wait(std::int64_t timeout_ms) {
        (void)wait_until(timeout_ms, [&] { return !is_running(); }, 2);
        return status_;
    }
    std::string output() const { return read_file(out_); }
    std::string errors() const { return read_file(err_); }

private:
    // Between fork and exec only what is safe beside threads that may hold any lock.
    [[noreturn]] static void become(char** arguments, char** environment, const char* folder, int out, int err, pid_t parent) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent || ::chdir(folder) != 0) ::_exit(126);
        ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
        ::dup2(out, STDOUT_FILENO);
        ::dup2(err, STDERR_FILENO);
        sigset_t none;
        sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        ::execve(arguments[0], arguments, environment);
        ::_exit(127);
    }
    bool reap(int flags) {
        int status = 0;
        if (::waitpid(pid_, &status, flags) != pid_) return false;
        status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        return true;
    }

    std::string out_, err_;
    pid_t pid_ = -1;
    std::optional<int> status_;
};

/// What became of a program that was run to its end.
struct Finished {
    std::optional<int> exit;  ///< nullopt: it was killed, for it took too long
    std::string out, err;
};

inline Finished run_to_end(Process::Options options, std::int64_t timeout_ms = 60'000) {
    Process process(options);
    const auto exit = process.wait(timeout_ms);
    process.kill();
    return {exit, process.output(), process.errors()};
}

}  // namespace lockstep::testing
