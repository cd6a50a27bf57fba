// Gives every fuzz function the files of its corpus again, whole and cut short, with any compiler.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "base/assert.h"
#include "tests/fuzz/target.h"

namespace {

std::map<std::string, lockstep::fuzz::Function>& functions() {
    static std::map<std::string, lockstep::fuzz::Function> all;
    return all;
}

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The file as it is, and eight beginnings of it.
void replay(lockstep::fuzz::Function function, const std::string& text) {
    function(text);
    for (std::size_t eighth = 0; eighth < 8; ++eighth) function(std::string_view(text).substr(0, text.size() * eighth / 8));
}

}  // namespace

lockstep::fuzz::Registered::Registered(const char* name, Function function) { functions()[name] = function; }

int main(int count, char** arguments) {
    if (count != 2) return std::fputs("usage: fuzz_replay CORPUS_FOLDER\n", stderr), 2;
    bool complete = true;
    for (const auto& [name, function] : functions()) {
        const std::filesystem::path folder = std::filesystem::path(arguments[1]) / name;
        std::size_t files = 0;
        if (std::filesystem::is_directory(folder))
            for (const auto& entry : std::filesystem::directory_iterator(folder)) {
                std::printf("%s/%s\n", name.c_str(), entry.path().filename().c_str());
                std::fflush(stdout);
                replay(function, text_of(entry.path()));
                ++files;
            }
        if (files == 0) std::printf("%s has no corpus in %s\n", name.c_str(), folder.c_str());
        complete = complete && files > 0;
    }
    return complete && !functions().empty() ? 0 : 1;
}
