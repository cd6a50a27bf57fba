#include "base/random_id.h"

#include <string_view>

namespace lockstep {
namespace {

constexpr std::string_view crockford_digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void append_base32(std::string& out, std::uint64_t bits, int digits) {
    for (int i = digits - 1; i >= 0; --i) out += crockford_digits[(bits >> (5 * i)) & 31];
}

}  // namespace

std::string make_sortable_id(Runtime& runtime) {
    auto ms = static_cast<std::uint64_t>(runtime.now().ms());
    std::string id;
    id.reserve(26);
    append_base32(id, ms & ((std::uint64_t{1} << 48) - 1), 10);
    append_base32(id, runtime.random(), 8);
    append_base32(id, runtime.random(), 8);
    return id;
}

}  // namespace lockstep
