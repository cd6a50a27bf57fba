#pragma once

// What nearly every unit includes anyway; release builds precompile it (CMakeLists.txt, LOCKSTEP_PCH). Debug builds do
// not, so that every file still has to include what it uses.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
