#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// What a fuzz function looks like: `FUZZ(json) { … data … }`, in json_fuzz.cpp. `data` is a text of any bytes; a claim that
/// does not hold is said with LS_ASSERT, everything else the sanitizers see.
#ifdef LOCKSTEP_LIBFUZZER
#define FUZZ(name)                                                                                   \
    static void fuzz_##name(std::string_view data);                                                  \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {             \
        const std::string copy(reinterpret_cast<const char*>(bytes), size); /* ends where it ends */ \
        fuzz_##name(copy);                                                                           \
        return 0;                                                                                    \
    }                                                                                                \
    static void fuzz_##name([[maybe_unused]] std::string_view data)
#else
#define FUZZ(name)                                                                   \
    static void fuzz_##name(std::string_view data);                                  \
    static const ::lockstep::fuzz::Registered registered_##name(#name, fuzz_##name); \
    static void fuzz_##name([[maybe_unused]] std::string_view data)
#endif

namespace lockstep::fuzz {

using Function = void (*)(std::string_view data);

/// Puts a fuzz function on the list of the program that gives them their corpora again.
struct Registered {
    Registered(const char* name, Function function);
};

/// Splits one input into several: takes the text up to the next `mark` off `data`; all of it if there is none.
inline std::string_view take(std::string_view& data, char mark = '\n') {
    const auto end = data.find(mark);
    const std::string_view first = data.substr(0, end);
    data.remove_prefix(end == std::string_view::npos ? data.size() : end + 1);
    return first;
}

}  // namespace lockstep::fuzz
