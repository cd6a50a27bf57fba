#include "engine/engine.h"

#include "engine/loop.h"

namespace lockstep::engine {

Engine::Engine(Parts parts) : impl_(std::make_unique<Impl>(std::move(parts))) {}
Engine::~Engine() { impl_->stop(); }
Result<void> Engine::start() { return impl_->start(); }
void Engine::submit(Submission submission, Done done) {
    std::vector<Submission> one;
    one.push_back(std::move(submission));
    submit_all(std::move(one), [done = std::move(done)](Result<std::vector<Accepted>> all) {
        done(all ? Result<Accepted>(std::move(all->front())) : fail(std::move(all.error())));
    });
}
void Engine::submit_all(std::vector<Submission> submissions, AllDone done) { impl_->submit(std::move(submissions), std::move(done)); }
void Engine::replay(std::string run_id, Replay how, std::function<void(Result<void>)> done) {
    impl_->replay(std::move(run_id), std::move(how), std::move(done));
}
void Engine::replay_all(ParkedSelection which, Replay how, ManyDone done) {
    impl_->replay_all(std::move(which), std::move(how), std::move(done));
}
void Engine::drop_all(ParkedSelection which, std::string reason, std::string actor, ManyDone done) {
    impl_->drop_all(std::move(which), std::move(reason), std::move(actor), std::move(done));
}
void Engine::sweep(std::string flow, std::function<void(Result<void>)> done) { impl_->sweep(std::move(flow), std::move(done)); }

void Engine::drop(std::string run_id, std::string reason, std::string actor, std::function<void(Result<void>)> done) {
    impl_->drop(std::move(run_id), std::move(reason), std::move(actor), std::move(done));
}
void Engine::when_ended(std::string run_id, std::int64_t wait_ms, Ended done) {
    impl_->when_ended(std::move(run_id), wait_ms, std::move(done));
}
void Engine::drain(std::int64_t timeout_ms) { impl_->drain(timeout_ms); }
const std::vector<flow::Flow>& Engine::flows() const { return impl_->flows; }
Status Engine::status() const { return impl_->status(); }
bool Engine::has_work() const { return impl_->has_work(); }
std::vector<std::pair<std::string, Result<void>>> Engine::probe_connections() { return impl_->probe_connections(); }
bool Engine::wait_until_quiet(std::int64_t timeout_ms) { return impl_->wait_until_quiet(timeout_ms); }

const flow::Flow* Engine::find_flow(std::string_view name) const {
    for (const auto& flow : impl_->flows)
        if (flow.name == name) return &flow;
    return nullptr;
}

}  // namespace lockstep::engine
