#include "connector/connector.h"

namespace lockstep::connector {
namespace {

Value to_value(const Exchange& exchange) {
    Map map{{"method", exchange.method},
            {"url", exchange.url},
            {"status", exchange.status},
            {"at_ms", exchange.at_ms},
            {"duration_ms", exchange.duration_ms}};
    if (!exchange.request_body.empty()) map.set("request", exchange.request_body);
    if (!exchange.response_body.empty()) map.set("response", exchange.response_body);
    if (!exchange.error.empty()) map.set("error", exchange.error);
    return map;
}

}  // namespace

Value Trace::to_value() const {
    List list;
    for (const Exchange& exchange : exchanges_) list.push_back(connector::to_value(exchange));
    return list;
}

}  // namespace lockstep::connector
