#include "sim/fiber_context.h"

#include <sys/mman.h>
#include <unistd.h>

#include <boost/context/detail/fcontext.hpp>
#include <vector>

#include "base/assert.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace lockstep::sim {
namespace {

namespace fcontext = boost::context::detail;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t stack_bytes = 2 * 1024 * 1024;  // frames are larger there
#else
/// Enough for the deepest expression and a connector's call beneath it.
constexpr std::size_t stack_bytes = 512 * 1024;
#endif

}  // namespace

/// The entry point of every context: whoever enters hands over the context itself.
struct FiberContext::Switching {
    static void begin(fcontext::transfer_t from) {
        auto* its = static_cast<FiberContext*>(from.data);
        its->outside_ = from.fctx;
        its->arrived_inside();
        its->body_();
        its->ended_ = true;
        its->jump_out(true);
    }
};

FiberContext::FiberContext(std::function<void()> body) : body_(std::move(body)), stack_(take_stack()) {
    inside_ = fcontext::make_fcontext(stack_.bottom + stack_.bytes, stack_.bytes, &Switching::begin);
#if defined(__SANITIZE_THREAD__)
    thread_inside_ = __tsan_create_fiber(0);
#endif
}

FiberContext::~FiberContext() {
    LS_ASSERT(!begun_ || ended_);
#if defined(__SANITIZE_THREAD__)
    __tsan_destroy_fiber(thread_inside_);
#endif
    give_back(stack_);
}

void FiberContext::enter() {
    begun_ = true;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&fake_stack_outside_, stack_.bottom, stack_.bytes);
#endif
#if defined(__SANITIZE_THREAD__)
    thread_outside_ = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(thread_inside_, 0);
#endif
    inside_ = fcontext::jump_fcontext(inside_, this).fctx;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake_stack_outside_, nullptr, nullptr);
#endif
}

void FiberContext::leave() { jump_out(false); }

void FiberContext::jump_out([[maybe_unused]] bool for_good) {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(for_good ? nullptr : &fake_stack_inside_, outer_bottom_, outer_bytes_);
#endif
#if defined(__SANITIZE_THREAD__)
    __tsan_switch_to_fiber(thread_outside_, 0);
#endif
    outside_ = fcontext::jump_fcontext(outside_, nullptr).fctx;
    arrived_inside();
}

void FiberContext::arrived_inside() {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake_stack_inside_, &outer_bottom_, &outer_bytes_);
#endif
}

namespace {

/// Making a stack costs more than most of what runs on it.
struct Pool {
    std::vector<std::byte*> free;
    ~Pool() {
        for (std::byte* bottom : free) ::munmap(bottom - ::getpagesize(), stack_bytes + static_cast<std::size_t>(::getpagesize()));
    }
};
thread_local Pool pool;

}  // namespace

/// Below each stack is a page that nobody may touch: too deep a call dies there instead of spoiling another stack.
FiberContext::Stack FiberContext::take_stack() {
    if (!pool.free.empty()) {
        std::byte* bottom = pool.free.back();
        pool.free.pop_back();
        return {bottom, stack_bytes};
    }
    auto guard = static_cast<std::size_t>(::getpagesize());
    void* memory = ::mmap(nullptr, stack_bytes + guard, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    LS_ASSERT(memory != MAP_FAILED);
    LS_ASSERT(::mprotect(memory, guard, PROT_NONE) == 0);
    return {static_cast<std::byte*>(memory) + guard, stack_bytes};
}

void FiberContext::give_back(Stack stack) {
#if defined(__SANITIZE_ADDRESS__)
    __asan_unpoison_memory_region(stack.bottom, stack.bytes);
#endif
    pool.free.push_back(stack.bottom);
}

}  // namespace lockstep::sim
